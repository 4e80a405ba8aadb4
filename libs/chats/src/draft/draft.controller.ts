import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { DraftDto, SaveDraftDto } from './draft.dto.js';
import { Drafts } from './drafts.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId/draft')
@Allow('admin', 'supervisor', 'agent')
export class DraftController {
  constructor(private readonly drafts: Drafts) {}

  @Get()
  @ApiOperation({ operationId: 'getDraft', summary: 'What I have typed in a chat and not sent' })
  @ApiOkResponse({ type: DraftDto })
  getDraft(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<DraftDto> {
    return this.drafts.get(caller, chatId);
  }

  @Put()
  @ApiOperation({
    operationId: 'saveDraft',
    summary: 'Keep what I am typing in a chat',
    description:
      'The last write wins. Sending removes it: with `draftVersion` only if it still has this version, else only if it ' +
      'still has the text that was sent.',
  })
  @ApiOkResponse({ type: DraftDto })
  @ApiProblems(409, 422)
  saveDraft(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Body() wish: SaveDraftDto,
  ): Promise<DraftDto> {
    return this.drafts.save(caller, chatId, wish.text);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteDraft', summary: 'Throw away what I have typed in a chat' })
  @ApiNoContentResponse({ description: 'There is no draft' })
  deleteDraft(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string): Promise<void> {
    return this.drafts.remove(caller, chatId);
  }
}
