import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { TextInLanguage } from './language.js';

export interface QuickReplyRow {
  readonly id: string;
  readonly ownerId: string | null;
  readonly shortcut: string;
  readonly texts: TextInLanguage[];
  readonly queueIds: string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type QuickReplyContent = Pick<QuickReplyRow, 'shortcut' | 'texts'>;

/** Which of those somebody may use. */
export interface QuickReplySearch {
  readonly userId: string | null;
  /** Beginning of the shortcut, in lower case. */
  readonly prefix: string;
  /** In order of shortcut and id. */
  readonly after?: readonly [shortcut: string, id: string];
  readonly limit: number;
}

/** What the names of a chat are filled in with. */
export interface ChatNames {
  readonly queueName: string;
  readonly channelName: string;
  readonly language: string;
}

const COLUMNS = `r.id, r.owner_id AS "ownerId", r.shortcut, r.texts, r.created_at AS "createdAt",
  r.updated_at AS "updatedAt",
  ARRAY(SELECT q.queue_id FROM quick_reply_queues q WHERE q.quick_reply_id = r.id ORDER BY q.queue_id) AS "queueIds"`;

const EVERYWHERE = 'NOT EXISTS (SELECT FROM quick_reply_queues q WHERE q.quick_reply_id = r.id)';

@Injectable()
export class QuickReplyRepository {
  constructor(private readonly database: Database) {}

  /** Undefined where the owner, or everybody, has the shortcut already. */
  async add(tx: Tx, id: string, ownerId: string | null, content: QuickReplyContent): Promise<boolean> {
    const { shortcut, texts } = content;
    const added = await row(
      tx,
      `INSERT INTO quick_replies (id, owner_id, shortcut, texts) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
       RETURNING id`,
      [id, ownerId, shortcut, JSON.stringify(texts)],
    );
    return added !== undefined;
  }

  /** Meets a unique index where the shortcut is another's. */
  async change(tx: Tx, id: string, { shortcut, texts }: Partial<QuickReplyContent>): Promise<void> {
    await rows(
      tx,
      `UPDATE quick_replies SET shortcut = coalesce($2, shortcut), texts = coalesce($3::jsonb, texts), updated_at = now()
       WHERE id = $1`,
      [id, shortcut ?? null, texts ? JSON.stringify(texts) : null],
    );
  }

  async setQueues(tx: Tx, id: string, queueIds: readonly string[]): Promise<void> {
    await rows(tx, 'DELETE FROM quick_reply_queues WHERE quick_reply_id = $1 AND queue_id <> ALL ($2::uuid[])', [
      id,
      queueIds,
    ]);
    await rows(
      tx,
      `INSERT INTO quick_reply_queues (quick_reply_id, queue_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING`,
      [id, queueIds],
    );
  }

  /** One that is everybody's, or the user's. */
  find(tx: Tx, id: string, userId: string | null): Promise<QuickReplyRow | undefined> {
    return row<QuickReplyRow>(
      tx,
      `SELECT ${COLUMNS} FROM quick_replies r WHERE r.id = $1 AND (r.owner_id IS NULL OR r.owner_id = $2)`,
      [id, userId],
    );
  }

  /** Locks it, so that two changes follow each other. */
  async lock(tx: Tx, id: string): Promise<void> {
    await row(tx, 'SELECT id FROM quick_replies WHERE id = $1 FOR UPDATE', [id]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await rows(tx, 'DELETE FROM quick_replies WHERE id = $1', [id]);
  }

  /** For chats of the queue. */
  inQueue(search: QuickReplySearch, queueId: string): Promise<QuickReplyRow[]> {
    const here = `EXISTS (SELECT FROM quick_reply_queues q WHERE q.quick_reply_id = r.id AND q.queue_id = $6)`;
    return this.search(search, `(${EVERYWHERE} OR ${here})`, queueId);
  }

  /** For chats of any queue, or of those the user is in. */
  anywhere(search: QuickReplySearch, ofOwnQueues: boolean): Promise<QuickReplyRow[]> {
    const own = `EXISTS (SELECT FROM quick_reply_queues q JOIN queue_agents a ON a.queue_id = q.queue_id AND a.user_id = $1
      WHERE q.quick_reply_id = r.id)`;
    return this.search(search, `(NOT $6::boolean OR r.owner_id IS NOT NULL OR ${EVERYWHERE} OR ${own})`, ofOwnQueues);
  }

  namesOf(chatId: string): Promise<ChatNames | undefined> {
    return this.database.row<ChatNames>(
      `SELECT q.name AS "queueName", ch.name AS "channelName", ch.language
       FROM chats c JOIN queues q ON q.id = c.queue_id JOIN channels ch ON ch.id = c.channel_id WHERE c.id = $1`,
      [chatId],
    );
  }

  private search({ userId, prefix, after, limit }: QuickReplySearch, condition: string, value: string | boolean) {
    return this.database.rows<QuickReplyRow>(
      `SELECT ${COLUMNS} FROM quick_replies r
       WHERE (r.owner_id IS NULL OR r.owner_id = $1::uuid) AND starts_with(r.shortcut, $2)
         AND ($3::text IS NULL OR (r.shortcut COLLATE "C", r.id) > ($3 COLLATE "C", $4::uuid)) AND ${condition}
       ORDER BY r.shortcut COLLATE "C", r.id LIMIT $5`,
      [userId, prefix, after?.[0] ?? null, after?.[1] ?? null, limit, value],
    );
  }
}
