import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems, type Page, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { ContactTimeline } from './contact-timeline.js';
import { TimelineChatDto } from './timeline.dto.js';

@ApiTags('contacts')
@Allow('admin', 'supervisor', 'agent')
@Controller('v1/contacts/:contactId/timeline')
export class TimelineController {
  constructor(private readonly timeline: ContactTimeline) {}

  @Get()
  @ApiOperation({
    operationId: 'getContactTimeline',
    summary: 'The chats of a contact over all channels that the caller may see, last opened first',
  })
  @ApiPage(TimelineChatDto)
  @ApiProblems(400, 404)
  getContactTimeline(
    @UuidParam('contactId') contactId: string,
    @Query() query: PageQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<TimelineChatDto>> {
    return this.timeline.getContactTimeline(caller, contactId, query);
  }
}
