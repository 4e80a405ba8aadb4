import type { SentEvent } from '../ledger.js';
import type { BusinessNumber } from './business-number.js';
import type { NumberEvents } from './number-events.js';
import type { Known } from './numbers.js';

export interface Fate {
  /** The message's. */
  readonly id: string;
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  /** The error's code. */
  readonly code?: number;
}

/** Tells numbers what became of what they sent, with what was sent along. */
export class Statuses {
  private readonly sentAlong = new Map<string, string>();

  constructor(private readonly events: NumberEvents) {}

  /** From now on each status of the message gives this back. */
  sendAlong(id: string, callbackData: string): void {
    this.sentAlong.set(id, callbackData);
  }

  tell(number: BusinessNumber, { userId, phone, person }: Known, { id, status, code }: Fate): SentEvent {
    const along = this.sentAlong.get(id);
    const item = {
      id,
      status,
      timestamp: String(Math.floor(Date.now() / 1_000)),
      ...(person.username === undefined && { recipient_id: phone }),
      recipient_user_id: userId,
      ...(along !== undefined && { biz_opaque_callback_data: along }),
      ...(code !== undefined && { errors: [{ code, title: 'Message undeliverable' }] }),
    };
    const change = { field: 'messages', list: 'statuses', items: [item], kind: status };
    return this.events.send(number, { userId, phone, person }, change);
  }

  clear(): void {
    this.sentAlong.clear();
  }
}
