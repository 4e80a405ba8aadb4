import { newId } from '#database';
import type { InboundEvent, WebhookRequest } from '#messenger-kit';
import type { Taking } from './recent-events.js';

/** One webhook call on its way into the house. */
export class Delivery {
  private id: string | undefined;

  constructor(
    readonly messenger: string,
    readonly body: Buffer,
    readonly receivedAt: Date = new Date(),
  ) {}

  /** Names the call's raw body, should any of its events need it kept. */
  get rawId(): string {
    return (this.id ??= newId());
  }

  static of(messenger: string, request: WebhookRequest): Delivery {
    return new Delivery(messenger, request.body);
  }
}

/** One event of a delivery: what the inbox commits, halves and quarantines. */
export interface Parcel {
  readonly delivery: Delivery;
  readonly event: InboundEvent;
  /** The batch that took the same event before; once that is committed, the event is most likely in the ledger. */
  earlier?: Taking | undefined;
}
