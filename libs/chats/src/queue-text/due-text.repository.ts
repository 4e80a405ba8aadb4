import { Injectable } from '@nestjs/common';
import { newId, row, rows, type Tx } from '#database';
import { IN_STANDBY } from '../chat/chat.repository.js';
import type { Variable } from '../quick-reply/fill-in.js';

export type TextKind = 'greeting' | 'closing';

/** A text of a queue, and the names it may call. */
export interface DueText {
  readonly kind: TextKind;
  readonly text: string;
  readonly dueAt: Date;
  /** Whether another system has the conversation, so that nothing is said by itself. */
  readonly standby: boolean;
  readonly names: Readonly<Record<Variable, string | null>>;
}

/** Texts of queues from the commit that makes them due to the one that makes messages of them. */
@Injectable()
export class DueTextRepository {
  async addGreetings(tx: Tx, chats: readonly { id: string; greeting: string }[], at: Date): Promise<void> {
    await rows(
      tx,
      `INSERT INTO due_texts (id, chat_id, kind, text, due_at)
       SELECT g.id, g.chat_id, 'greeting', g.text, $4 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS g (id, chat_id, text)`,
      [chats.map(() => newId()), chats.map(({ id }) => id), chats.map(({ greeting }) => greeting), at.toISOString()],
    );
  }

  /** False where the chat's queue says nothing, or the contact never did. */
  async addClosing(tx: Tx, chatId: string, at: Date): Promise<boolean> {
    const added = await row(
      tx,
      `INSERT INTO due_texts (id, chat_id, kind, text, due_at)
       SELECT $1, c.id, 'closing', q.closing_text, $3 FROM chats c JOIN queues q ON q.id = c.queue_id
       WHERE c.id = $2 AND q.closing_text IS NOT NULL AND c.inbound_count > 0 RETURNING id`,
      [newId(), chatId, at.toISOString()],
    );
    return added !== undefined;
  }

  /** Removes what is due first in the chat, whose row is locked. */
  takeFirst(tx: Tx, chatId: string): Promise<DueText | undefined> {
    return row<DueText>(
      tx,
      `WITH taken AS (
         DELETE FROM due_texts WHERE id = (SELECT id FROM due_texts WHERE chat_id = $1 ORDER BY id LIMIT 1) RETURNING *)
       SELECT t.kind, t.text, t.due_at AS "dueAt", ${IN_STANDBY} AS standby, json_build_object(
         'contact.name', coalesce(co.name, i.name), 'queue.name', q.name, 'channel.name', ch.name,
         'agent.name', u.name) AS names
       FROM taken t
       JOIN chats c ON c.id = t.chat_id
       JOIN queues q ON q.id = c.queue_id
       JOIN channels ch ON ch.id = c.channel_id
       JOIN identities i ON i.id = c.identity_id
       LEFT JOIN contacts co ON co.id = i.contact_id
       LEFT JOIN users u ON u.id = c.agent_id`,
      [chatId],
    );
  }
}
