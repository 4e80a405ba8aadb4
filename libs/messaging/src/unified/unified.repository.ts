import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Outcome } from '../ledger/outcome.js';

export interface Address {
  readonly messenger: string;
  readonly source: string;
}

/** A message on a channel, by its id at the messenger and by its event's key. */
export interface Named {
  readonly channelId: string;
  readonly externalId: string;
  readonly key: string;
}

export interface Fate {
  /** Null where the message came another way and has an entry of another key. */
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  readonly receivedAt: Date | null;
  readonly messageId: string | null;
  readonly chatId: string | null;
  readonly seq: number | null;
}

/** What a program that hands in messages is told. */
@Injectable()
export class UnifiedRepository {
  constructor(private readonly database: Database) {}

  addressOf(channelId: string): Promise<Address | undefined> {
    return this.database.row<Address>('SELECT messenger, source FROM channels WHERE id = $1 AND deleted_at IS NULL', [
      channelId,
    ]);
  }

  async fateOf({ channelId, externalId, key }: Named): Promise<Fate> {
    const fate = await this.database.row<Fate>(
      `SELECT l.outcome, l.reason, l.received_at AS "receivedAt", m.id AS "messageId", m.chat_id AS "chatId", m.seq
       FROM (SELECT) AS one
       LEFT JOIN ledger l ON l.channel_id = $1 AND l.event_key = $2
       LEFT JOIN messages m ON m.channel_id = $1 AND m.external_id = $3`,
      [channelId, key, externalId],
    );
    return fate!;
  }
}
