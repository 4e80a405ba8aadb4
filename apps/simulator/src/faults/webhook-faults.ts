import type { SentEvent } from '../ledger.js';
import { Rules, type Rule } from './rules.js';

/** What goes wrong with the delivery of an event. */
export type WebhookEffect =
  /** `copies` more of the same, one after the other or all at once. */
  | { readonly kind: 'duplicate'; readonly copies: number; readonly concurrently?: boolean }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The event arrives, the answer is lost: it will be delivered again. */
  | { readonly kind: 'dropAnswer' }
  /** The event never comes. */
  | { readonly kind: 'lose' }
  /** This many matching events of an account are gathered and then delivered last first. */
  | { readonly kind: 'reorder'; readonly count: number };

export type EventMatch = Partial<
  Pick<SentEvent, 'messenger' | 'account' | 'kind' | 'person' | 'personId' | 'text' | 'messageId'>
>;
export type WebhookFault = Rule<EventMatch, WebhookEffect>;

export class WebhookFaults extends Rules<EventMatch, WebhookEffect> {
  override add(fault: WebhookFault): void {
    super.add(fault.effect.kind === 'reorder' ? { times: fault.effect.count, ...fault } : fault);
  }
}
