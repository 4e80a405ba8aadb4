import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { TagDto } from './tag.dto.js';
import { Tagging } from './tagging.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId/tags')
@Allow('admin', 'supervisor', 'agent')
export class ChatTagController {
  constructor(private readonly tagging: Tagging) {}

  @Get()
  @ApiOperation({ operationId: 'getChatTags', summary: 'The tags a chat carries' })
  @ApiPage(TagDto)
  getChatTags(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string) {
    return this.tagging.list(caller, chatId);
  }

  @Put(':tagId')
  @ApiOperation({
    operationId: 'tagChat',
    summary: 'Put a tag on a chat',
    description: 'For whoever sees the chat, open or closed. Answers with all tags the chat carries then.',
  })
  @ApiPage(TagDto)
  tagChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string, @UuidParam('tagId') tagId: string) {
    return this.tagging.putOn(caller, chatId, tagId);
  }

  @Delete(':tagId')
  @ApiOperation({
    operationId: 'untagChat',
    summary: 'Take a tag off a chat',
    description: 'Harmless where the chat does not carry it. Answers with all tags the chat carries then.',
  })
  @ApiPage(TagDto)
  untagChat(@CurrentCaller() caller: Caller, @UuidParam('chatId') chatId: string, @UuidParam('tagId') tagId: string) {
    return this.tagging.takeOff(caller, chatId, tagId);
  }
}
