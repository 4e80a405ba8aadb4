import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import { type ErasedPerson, ErasureStep, type Progress } from './erasure-step.js';

const AT_ONCE = 1_000;

/** Being sent right now: it is erased once its fate is known. */
class StillSending extends Error {
  constructor(chatId: string) {
    super(`Chat ${chatId} has a message that is being sent`);
  }
}

/** What was said in the person's chats, and all that hangs on it. The chats and their numbers stay. */
@Injectable()
export class EraseMessages extends ErasureStep {
  readonly name = 'messages';

  constructor(private readonly database: Database) {
    super();
  }

  /** One piece of one chat; `place` is the chat. */
  async run({ identityIds }: ErasedPerson, place: string | null): Promise<Progress> {
    const chat = await this.database.row<{ id: string }>(
      `SELECT id FROM chats WHERE identity_id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR id >= $2) ORDER BY id LIMIT 1`,
      [identityIds, place],
    );
    if (!chat) return { erased: 0 };
    const erased = await this.database.transaction((tx) => this.erasePiece(tx, chat.id));
    if (erased === AT_ONCE) return { erased, next: chat.id };
    await this.database.transaction((tx) => this.eraseAround(tx, chat.id));
    const [next] = await this.database.rows<{ id: string }>(
      'SELECT id FROM chats WHERE identity_id = ANY ($1::uuid[]) AND id > $2 ORDER BY id LIMIT 1',
      [identityIds, chat.id],
    );
    return next ? { erased, next: next.id } : { erased };
  }

  private async erasePiece(tx: Tx, chatId: string): Promise<number> {
    // First: a text that is just becoming a message is waited for, and then erased as one.
    await rows(tx, 'DELETE FROM due_texts WHERE chat_id = $1', [chatId]);
    // So is what a called system says; whatever it says later is not told.
    await rows(tx, GIVE_UP_RUNS, [chatId]);
    const erased = await rows(tx, ERASE_SOME, [chatId]);
    // Last, and in a look of its own: what was being sent may be over by now, and what was queued is locked.
    const left =
      erased.length < AT_ONCE &&
      (await row(tx, `SELECT FROM messages WHERE chat_id = $1 AND ${UNERASED} LIMIT 1`, [chatId]));
    if (left) throw new StillSending(chatId);
    return erased.length;
  }

  private async eraseAround(tx: Tx, chatId: string): Promise<void> {
    for (const statement of AROUND) await rows(tx, statement, [chatId]);
  }
}

/** Whether there is something to erase of a message, or something to come. */
const UNERASED = `(text IS NOT NULL OR content IS NOT NULL OR external_id IS NOT NULL OR failure IS NOT NULL
  OR deleted_at IS NULL OR status IN ('queued', 'sending'))`;

/** Somebody delivers the messages of chat $1, and writes down what becomes of them. */
const IN_HAND = 'EXISTS (SELECT FROM outbox_lanes WHERE chat_id = $1 AND leased_until > now())';

/** What a dead node was sending may have got through; where the channel may not send, nobody else finds it. */
const ERASE_SOME = `
  UPDATE messages m SET text = NULL, content = NULL, external_id = NULL, failure = NULL,
    status = CASE WHEN m.status = 'sending' THEN 'unconfirmed' WHEN m.status IS DISTINCT FROM 'queued' THEN m.status
      WHEN m.doubtful THEN 'unconfirmed' ELSE 'expired' END,
    deleted_at = coalesce(m.deleted_at, now())
  FROM (
    SELECT id FROM messages WHERE chat_id = $1 AND ${UNERASED} AND (status IS DISTINCT FROM 'sending' OR NOT ${IN_HAND})
    ORDER BY seq LIMIT ${AT_ONCE} FOR UPDATE
  ) p
  WHERE m.id = p.id RETURNING m.id`;

const GIVE_UP_RUNS = `UPDATE action_runs SET status = 'failed', finished_at = greatest(now(), requested_at)
  WHERE chat_id = $1 AND status = 'running'`;

/** $1 = a chat all of whose messages are erased. */
const AROUND = [
  'UPDATE chats SET last_message_preview = NULL WHERE id = $1 AND last_message_preview IS NOT NULL',
  'UPDATE chat_ownerships SET comment = NULL, reason = NULL WHERE chat_id = $1',
  'DELETE FROM message_external_ids e USING messages m WHERE m.chat_id = $1 AND e.message_id = m.id',
  'DELETE FROM outbox_lanes WHERE chat_id = $1',
  'DELETE FROM awaited_receipts WHERE chat_id = $1',
  'DELETE FROM channel_identities USING chats c WHERE c.id = $1 AND channel_identities.identity_id = c.identity_id',
  'DELETE FROM chat_drafts WHERE chat_id = $1',
  'UPDATE action_runs SET code = NULL, sentence = NULL WHERE chat_id = $1',
];
