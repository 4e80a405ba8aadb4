import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { inChat } from './event-kind.js';
import type { Audience } from './event-map.js';
import { announce } from './notification.repository.js';
import { described, id, text, type TypeOf } from './shape.js';

const somebody = { userId: id, name: described('For people to read', text('Agent 0')) };

/** What is true for a moment only, and worth nothing afterwards. */
export const EPHEMERAL_EVENTS = {
  'chat.typing': inChat('Somebody writes an answer', somebody),
  'chat.looking': inChat('Somebody has the chat before their eyes', somebody),
} as const;

export type EphemeralEventType = keyof typeof EPHEMERAL_EVENTS;

interface EphemeralEventOf<T extends EphemeralEventType> {
  readonly type: T;
  readonly at: Date;
  readonly chatId: string;
  readonly audience: Audience;
  readonly data: TypeOf<(typeof EPHEMERAL_EVENTS)[T]['data']>;
}

export type EphemeralEvent = { [T in EphemeralEventType]: EphemeralEventOf<T> }[EphemeralEventType];

/** The channel of PostgreSQL they travel on. */
export const EPHEMERAL_CHANNEL = 'parley_ephemeral';
/** PostgreSQL takes less than 8000 bytes. */
const LONGEST = 7_900;

/** Events that ride along on the streams of every node without being stored: who was not listening missed them. */
@Injectable()
export class EphemeralEvents {
  constructor(private readonly database: Database) {}

  /** Outside of any transaction: nobody waits for it, nothing depends on it. What is too long for a moment is dropped. */
  async publish(event: EphemeralEvent): Promise<void> {
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) <= LONGEST) await announce(this.database, EPHEMERAL_CHANNEL, payload);
  }
}

/** What came over the channel; undefined for what nobody of ours has sent. */
export function readMoment(payload: string): EphemeralEvent | undefined {
  try {
    const moment = JSON.parse(payload) as EphemeralEvent;
    return typeof moment.type === 'string' && typeof moment.audience === 'object' && moment.audience !== null
      ? moment
      : undefined;
  } catch {
    return undefined;
  }
}
