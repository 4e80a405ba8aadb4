import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';
import type { NewEvent } from './event-map.js';

const APPEND = {
  name: 'events-append',
  text: `
    INSERT INTO events (type, at, chat_id, seq, audience, data)
    SELECT e.type, e.at, e.chat_id, e.seq, e.audience::jsonb, e.data::jsonb
    FROM unnest($1::text[], $2::timestamptz[], $3::uuid[], $4::int[], $5::text[], $6::text[])
      AS e (type, at, chat_id, seq, audience, data)`,
};

@Injectable()
export class EventRepository {
  /** One statement for the whole batch; rows are numbered in the order given. */
  async append(tx: Tx, events: readonly NewEvent[]): Promise<void> {
    await rows(tx, APPEND, [
      events.map((event) => event.type),
      events.map((event) => event.at.toISOString()),
      events.map((event) => event.chatId ?? null),
      events.map((event) => event.seq ?? null),
      events.map((event) => JSON.stringify(event.audience)),
      events.map((event) => JSON.stringify(event.data)),
    ]);
  }
}
