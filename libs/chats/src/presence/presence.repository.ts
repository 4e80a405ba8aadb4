import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { OnlookerDto } from './presence.dto.js';

/** Who has which chat before their eyes, by the database's clock. The table is not logged: nothing here is worth a flush. */
@Injectable()
export class PresenceRepository {
  constructor(private readonly database: Database) {}

  async show(chatId: string, userId: string, seconds: number): Promise<void> {
    await this.database.rows(
      `INSERT INTO chat_presence (chat_id, user_id, until)
       VALUES ($1, $2, clock_timestamp() + $3 * interval '1 second')
       ON CONFLICT (chat_id, user_id) DO UPDATE SET until = excluded.until`,
      [chatId, userId, seconds],
    );
  }

  async hide(chatId: string, userId: string): Promise<void> {
    await this.database.rows('DELETE FROM chat_presence WHERE chat_id = $1 AND user_id = $2', [chatId, userId]);
  }

  /** By name. */
  of(chatId: string): Promise<OnlookerDto[]> {
    return this.database.rows<OnlookerDto>(
      `SELECT p.user_id AS "userId", u.name, p.until FROM chat_presence p JOIN users u ON u.id = p.user_id
       WHERE p.chat_id = $1 AND p.until > clock_timestamp() ORDER BY lower(u.name), u.id`,
      [chatId],
    );
  }

  async forgetGone(): Promise<void> {
    await this.database.rows('DELETE FROM chat_presence WHERE until < clock_timestamp()');
  }
}
