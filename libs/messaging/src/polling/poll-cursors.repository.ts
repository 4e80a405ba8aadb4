import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '#database';

/** Up to where a polled channel's events are committed, in its messenger's words. */
@Injectable()
export class PollCursors {
  constructor(private readonly database: Database) {}

  async of(channelId: string): Promise<string | undefined> {
    const found = await this.database.row<{ cursor: string }>('SELECT cursor FROM poll_cursors WHERE channel_id = $1', [
      channelId,
    ]);
    return found?.cursor;
  }

  async move(tx: Tx, channelId: string, cursor: string): Promise<void> {
    await row(
      tx,
      `INSERT INTO poll_cursors (channel_id, cursor, moved_at) VALUES ($1, $2, now())
       ON CONFLICT (channel_id) DO UPDATE SET cursor = excluded.cursor, moved_at = excluded.moved_at`,
      [channelId, cursor],
    );
  }
}
