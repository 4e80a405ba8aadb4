import { Injectable } from '@nestjs/common';
import { type OnceAnswer, Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import type { Caller } from '#identity';
import { watchersOf } from '../chat/audience.js';
import { ChatAccess } from '../chat/chat-access.js';
import type { VisibleChat } from '../chat/chat-access.repository.js';
import { readerOf } from '../chat/reader.js';
import { Creation } from '../creation.js';
import { previewOf } from '../message/preview.js';
import type { NoteDto } from './note.dto.js';
import { NoteRepository, type NoteRow } from './note.repository.js';

/** What colleagues tell each other in a chat, open or closed. Nobody outside ever sees it. */
@Injectable()
export class Notes {
  constructor(
    private readonly database: Database,
    private readonly access: ChatAccess,
    private readonly notes: NoteRepository,
    private readonly events: EventLog,
    private readonly creation: Creation,
  ) {}

  /** For whoever sees the chat. */
  add(caller: Caller, chatId: string, key: string | undefined, text: string): Promise<OnceAnswer<NoteDto>> {
    const route = `POST /v1/chats/${chatId}/notes`;
    return this.creation.once({ caller, route, key, request: { text } }, async (tx) => {
      const chat = await this.access.holdForWriting(tx, caller, chatId);
      const [at, kind] = [new Date(), caller.kind === 'user' ? 'agent' : 'bot'] as const;
      const note = await this.notes.add(tx, chat.id, { kind, id: caller.id }, text, at);
      const data = { messageId: note.id, preview: previewOf({ text }) };
      await this.events.record(tx, [{ type: 'message.noted', ...placeOf(chat, note), at, data }]);
      return viewOf(note, chat.id);
    });
  }

  /** For its author, supervisors and admins. */
  edit(caller: Caller, chatId: string, noteId: string, text: string): Promise<NoteDto> {
    return this.database.transaction(async (tx) => {
      const chat = await this.access.holdForWriting(tx, caller, chatId);
      const before = await this.changeable(tx, caller, chat, noteId);
      if (text === before.text) return viewOf(before, chat.id);
      const at = new Date();
      const note = await this.notes.edit(tx, before.id, text, at);
      const data = { messageId: note.id, preview: previewOf({ text }), editedAt: at.toISOString() };
      await this.events.record(tx, [{ type: 'message.edited', ...placeOf(chat, note), at, data }]);
      return viewOf(note, chat.id);
    });
  }

  /** For its author, supervisors and admins. */
  delete(caller: Caller, chatId: string, noteId: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      const chat = await this.access.hold(tx, caller, chatId);
      const note = await this.changeable(tx, caller, chat, noteId);
      const at = new Date();
      await this.notes.delete(tx, note.id, at);
      const data = { messageId: note.id, deletedAt: at.toISOString() };
      await this.events.record(tx, [{ type: 'message.deleted', ...placeOf(chat, note), at, data }]);
    });
  }

  private async changeable(tx: Tx, caller: Caller, chat: VisibleChat, noteId: string): Promise<NoteRow> {
    const note = await this.notes.find(tx, chat.id, noteId);
    if (!note) throw Problem.notFound('note');
    if (note.authorId === caller.id || readerOf(caller).seesAll) return note;
    throw new Problem(403, 'not_author', 'Only who wrote the note, a supervisor or an admin may change it.');
  }
}

function placeOf(chat: VisibleChat, { seq }: NoteRow) {
  return { chatId: chat.id, seq, audience: watchersOf(chat) };
}

function viewOf({ authorKind, authorId, authorName, ...note }: NoteRow, chatId: string): NoteDto {
  return { ...note, chatId, author: { kind: authorKind, id: authorId, name: authorName } };
}
