import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, type Page } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { SearchHitDto, SearchQuery } from './search.dto.js';
import { Search } from './search.js';

@ApiTags('search')
@Controller('v1/search')
@Allow('admin', 'supervisor', 'agent')
export class SearchController {
  constructor(private readonly finder: Search) {}

  @Get()
  @ApiOperation({
    operationId: 'search',
    summary: 'Find messages or contacts by their words, newest first',
    description:
      'Within what the caller may see: agents find what was said in their own chats, now or once, and in the waiting ones of ' +
      'their queues. A page may hold fewer items than `limit` while there is more: go on as long as `page.next` is not null. ' +
      'What was just said is found a moment later.',
  })
  @ApiPage(SearchHitDto)
  @ApiProblems(422)
  search(@CurrentCaller() caller: Caller, @Query() query: SearchQuery): Promise<Page<SearchHitDto>> {
    return this.finder.search(caller, query);
  }
}
