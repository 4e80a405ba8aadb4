import { Body, Controller, Delete, HttpCode, Patch, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { NoteBodyDto, NoteDto } from './note.dto.js';
import { Notes } from './notes.js';

@ApiTags('chats')
@Controller('v1/chats/:chatId/notes')
@Allow('admin', 'supervisor', 'agent')
export class NoteController {
  constructor(private readonly notes: Notes) {}

  @Post()
  @ApiOperation({
    operationId: 'addNote',
    summary: 'Leave a note for colleagues in a chat',
    description:
      'For whoever sees the chat, open or closed. Notes are read with the conversation (`note: true`), never leave the ' +
      'house, and count as neither answer nor unread. 409 `person_erased` once the person was erased.',
  })
  @ApiCreatedResponse({ type: NoteDto })
  @ApiProblems(409, 422)
  async addNote(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @Body() wish: NoteBodyDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NoteDto> {
    return answerOnce(reply, await this.notes.add(caller, chatId, key, wish.text));
  }

  @Patch(':noteId')
  @ApiOperation({
    operationId: 'editNote',
    summary: 'Change a note',
    description:
      'For its author, supervisors and admins; others get 403 `not_author`. 409 `person_erased` once the person was erased.',
  })
  @ApiOkResponse({ type: NoteDto })
  @ApiProblems(409, 422)
  editNote(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @UuidParam('noteId') noteId: string,
    @Body() wish: NoteBodyDto,
  ): Promise<NoteDto> {
    return this.notes.edit(caller, chatId, noteId, wish.text);
  }

  @Delete(':noteId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteNote',
    summary: 'Take a note back',
    description: 'For its author, supervisors and admins. Its line stays, empty, with `deletedAt`.',
  })
  @ApiNoContentResponse({ description: 'Nothing of what it said is left' })
  deleteNote(
    @CurrentCaller() caller: Caller,
    @UuidParam('chatId') chatId: string,
    @UuidParam('noteId') noteId: string,
  ): Promise<void> {
    return this.notes.delete(caller, chatId, noteId);
  }
}
