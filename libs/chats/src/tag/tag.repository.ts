import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { TagDto } from './tag.dto.js';

/** Everything a tag consists of, for those that are made and changed. */
type Wish = Partial<Pick<TagDto, 'name' | 'color'>>;

/** The words there are, and which chats carry them. */
@Injectable()
export class TagRepository {
  constructor(private readonly database: Database) {}

  /** By name. */
  list(after: readonly [name: string, id: string] | undefined, limit: number): Promise<TagDto[]> {
    return this.database.rows<TagDto>(
      `SELECT id, name, color FROM tags
       WHERE $1::text IS NULL OR (lower(name), id) > (lower($1), $2::uuid) ORDER BY lower(name), id LIMIT $3`,
      [after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  /** Undefined where another tag has the name. */
  add(tx: Tx, { id, name, color }: TagDto): Promise<TagDto | undefined> {
    return row<TagDto>(
      tx,
      `INSERT INTO tags (id, name, color) VALUES ($1, $2, $3) ON CONFLICT (lower(name)) DO NOTHING
       RETURNING id, name, color`,
      [id, name, color],
    );
  }

  /** Undefined where there is no such tag. Meets the unique index where another tag has the name. */
  change(tx: Tx, id: string, { name, color }: Wish): Promise<TagDto | undefined> {
    return row<TagDto>(
      tx,
      `UPDATE tags SET name = coalesce($2, name), color = coalesce($3, color), updated_at = now() WHERE id = $1
       RETURNING id, name, color`,
      [id, name ?? null, color ?? null],
    );
  }

  /** Locks it, so that two changes follow each other. */
  lock(tx: Tx, id: string): Promise<TagDto | undefined> {
    return row<TagDto>(tx, 'SELECT id, name, color FROM tags WHERE id = $1 FOR NO KEY UPDATE', [id]);
  }

  /** Takes it off all chats as well. What it was; undefined when there is no such tag. */
  delete(tx: Tx, id: string): Promise<TagDto | undefined> {
    return row<TagDto>(tx, 'DELETE FROM tags WHERE id = $1 RETURNING id, name, color', [id]);
  }

  /** By name. */
  ofChat(chatId: string, tx?: Tx): Promise<TagDto[]> {
    return tx ? rows<TagDto>(tx, OF_CHAT, [chatId]) : this.database.rows<TagDto>(OF_CHAT, [chatId]);
  }

  /** Whether there is such a tag; it stays there for the rest of the transaction. */
  async hold(tx: Tx, tagId: string): Promise<boolean> {
    return (await row(tx, 'SELECT id FROM tags WHERE id = $1 FOR KEY SHARE', [tagId])) !== undefined;
  }

  /** False when the chat carries it already. */
  async putOn(tx: Tx, chatId: string, tagId: string, by: string | null, at: Date): Promise<boolean> {
    const put = await row(
      tx,
      `INSERT INTO chat_tags (chat_id, tag_id, tagged_at, tagged_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING tag_id`,
      [chatId, tagId, at.toISOString(), by],
    );
    return put !== undefined;
  }

  /** False when the chat does not carry it. */
  async takeOff(tx: Tx, chatId: string, tagId: string): Promise<boolean> {
    const taken = await row(tx, 'DELETE FROM chat_tags WHERE chat_id = $1 AND tag_id = $2 RETURNING tag_id', [
      chatId,
      tagId,
    ]);
    return taken !== undefined;
  }
}

const OF_CHAT = `SELECT t.id, t.name, t.color FROM chat_tags c JOIN tags t ON t.id = c.tag_id WHERE c.chat_id = $1
  ORDER BY lower(t.name), t.id`;
