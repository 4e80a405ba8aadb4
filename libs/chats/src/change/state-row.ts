import type { MessageContent, MessageDirection, MessageStatus } from '#messenger-kit';
import type { Failure } from '../outgoing/outgoing-message.js';
import type { MessageState } from './message-state.js';

/** What of a message can change, as the database has it. */
export interface StateRow {
  readonly id: string;
  readonly chat_id: string;
  readonly seq: number;
  readonly direction: MessageDirection;
  readonly external_id: string | null;
  readonly text: string | null;
  readonly content: MessageContent | null;
  readonly status: MessageStatus | null;
  readonly failure: Failure | null;
  readonly attempts: number | null;
  readonly sent_at: Date;
  readonly tried_at: Date | null;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
}

export function stateOf(row: StateRow): MessageState {
  return {
    id: row.id,
    chatId: row.chat_id,
    seq: row.seq,
    direction: row.direction,
    externalId: row.external_id,
    content: row.text === null ? (row.content ?? {}) : { ...row.content, text: row.text },
    status: row.status,
    failure: row.failure,
    attempts: row.attempts ?? 0,
    sentAt: row.sent_at,
    triedAt: row.tried_at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
  };
}
