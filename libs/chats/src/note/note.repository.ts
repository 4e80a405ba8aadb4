import { Injectable } from '@nestjs/common';
import { newId, row, type Tx } from '#database';

export interface NoteRow {
  readonly id: string;
  readonly seq: number;
  readonly authorKind: 'agent' | 'bot';
  readonly authorId: string;
  readonly authorName: string | null;
  readonly text: string;
  readonly writtenAt: Date;
  readonly editedAt: Date | null;
}

interface NoteAuthor {
  readonly kind: 'agent' | 'bot';
  readonly id: string;
}

const COLUMNS = `m.id, m.seq, m.author_kind AS "authorKind", m.author_id AS "authorId",
  coalesce((SELECT u.name FROM users u WHERE m.author_kind = 'agent' AND u.id = m.author_id),
    (SELECT k.name FROM api_keys k WHERE m.author_kind = 'bot' AND k.id = m.author_id)) AS "authorName",
  m.text, m.sent_at AS "writtenAt", m.edited_at AS "editedAt"`;

/** Notes are messages of the house with an author. The chat's row must be locked by whoever writes. */
@Injectable()
export class NoteRepository {
  /** Takes a number in the chat, and changes neither its preview nor any count. */
  async add(tx: Tx, chatId: string, author: NoteAuthor, text: string, at: Date): Promise<NoteRow> {
    const note = await row<NoteRow>(
      tx,
      `WITH bumped AS (
         UPDATE chats SET last_seq = last_seq + 1 WHERE id = $1 RETURNING id, channel_id, last_seq
       )
       INSERT INTO messages AS m (id, chat_id, channel_id, seq, direction, author_kind, author_id, text, sent_at, received_at)
       SELECT $2, id, channel_id, last_seq, 'system', $3, $4, $5, $6, $6 FROM bumped
       RETURNING ${COLUMNS}`,
      [chatId, newId(), author.kind, author.id, text, at.toISOString()],
    );
    if (!note) throw new Error(`There is no chat ${chatId}`);
    return note;
  }

  /** Undefined where the chat has no such note, or has it no more. */
  find(tx: Tx, chatId: string, noteId: string): Promise<NoteRow | undefined> {
    return row<NoteRow>(
      tx,
      `SELECT ${COLUMNS} FROM messages m WHERE m.id = $2 AND m.chat_id = $1 AND m.direction = 'system'
         AND m.author_kind <> 'system' AND m.deleted_at IS NULL`,
      [chatId, noteId],
    );
  }

  async edit(tx: Tx, noteId: string, text: string, at: Date): Promise<NoteRow> {
    const note = await row<NoteRow>(
      tx,
      `UPDATE messages m SET text = $2, edited_at = $3 WHERE m.id = $1 RETURNING ${COLUMNS}`,
      [noteId, text, at.toISOString()],
    );
    return note!;
  }

  /** Nothing of what it said is left. */
  async delete(tx: Tx, noteId: string, at: Date): Promise<void> {
    await row(tx, 'UPDATE messages SET text = NULL, content = NULL, deleted_at = $2 WHERE id = $1', [
      noteId,
      at.toISOString(),
    ]);
  }
}
