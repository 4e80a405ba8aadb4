import { Injectable } from '@nestjs/common';
import { Database, newId, rows, type Tx } from '#database';

export interface DraftRow {
  readonly text: string;
  readonly version: string;
  readonly updatedAt: Date;
}

/** An answer that may have been made of a draft. */
export interface SentDraft {
  /** The version it was made of, as far as the sender knows. */
  readonly draftVersion?: string;
  readonly text?: string;
}

const COLUMNS = 'text, version, updated_at AS "updatedAt"';

const REMOVE_SENT = {
  name: 'drafts-remove-sent',
  text: `
    DELETE FROM chat_drafts WHERE chat_id = $1 AND user_id = $2
      AND CASE WHEN $3::uuid IS NULL THEN btrim(text, E' \\t\\r\\n') = $4 ELSE version = $3 END`,
};

@Injectable()
export class DraftRepository {
  constructor(private readonly database: Database) {}

  find(chatId: string, userId: string): Promise<DraftRow | undefined> {
    return this.database.row<DraftRow>(`SELECT ${COLUMNS} FROM chat_drafts WHERE chat_id = $1 AND user_id = $2`, [
      chatId,
      userId,
    ]);
  }

  /** The last one to write wins. Undefined where the person was erased; one who is just being erased is waited for. */
  save(chatId: string, userId: string, text: string): Promise<DraftRow | undefined> {
    return this.database.row<DraftRow>(
      `WITH person AS MATERIALIZED (
         SELECT FROM chats c JOIN identities i ON i.id = c.identity_id
         WHERE c.id = $1 AND i.erased_at IS NULL FOR KEY SHARE OF i
       )
       INSERT INTO chat_drafts (chat_id, user_id, text, version, updated_at)
       SELECT $1, $2, $3, $4, clock_timestamp() FROM person
       ON CONFLICT (chat_id, user_id) DO UPDATE
         SET text = excluded.text, version = excluded.version, updated_at = excluded.updated_at
       RETURNING ${COLUMNS}`,
      [chatId, userId, text, newId()],
    );
  }

  async remove(chatId: string, userId: string): Promise<void> {
    await this.database.rows('DELETE FROM chat_drafts WHERE chat_id = $1 AND user_id = $2', [chatId, userId]);
  }

  /** Removes the draft if it still is what was sent: by its version, or without one by its text. */
  async removeSent(tx: Tx, chatId: string, userId: string, { draftVersion, text }: SentDraft): Promise<void> {
    await rows(tx, REMOVE_SENT, [chatId, userId, draftVersion ?? null, text?.trim() ?? null]);
  }
}
