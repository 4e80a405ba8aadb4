import { setTimeout as pauseFor } from 'node:timers/promises';
import type {
  Messenger,
  OutgoingMessage,
  Pace,
  Poller,
  Power,
  RequestVerdict,
  SendContext,
  SendVerdict,
  WebhookRequest,
  InboundEvent,
} from '#messenger-kit';

export interface Call {
  readonly id: string;
  readonly text: string;
  readonly channelId: string;
  readonly person: string;
  readonly human: boolean;
  /** By `performance.now()`. */
  readonly at: number;
}

const FAST: Pace = { perSecond: 1000, perRecipient: { perSecond: 1000, burst: 1000 } };

/** A messenger whose network answers what the test says. */
export class ScriptedMessenger {
  readonly calls: Call[] = [];
  readonly requests: { readonly what: string; readonly externalId?: string; readonly value?: string }[] = [];
  pace: Pace = FAST;
  echoes = false;
  repeatableForMs: number | undefined;
  allowed = true;
  powers: readonly Power[] = ['text', 'reply', 'edit', 'delete', 'react', 'typing', 'mark_seen'];
  answer: (call: Call, context: SendContext) => SendVerdict | Promise<SendVerdict> = ({ id }) => sent(id);
  request: () => RequestVerdict | Promise<RequestVerdict> = () => ({ kind: 'done' });
  poll: Poller['poll'] = (_account, _cursor, signal) => pauseFor(60_000, undefined, { signal }).then(nothing, nothing);
  convert: (request: WebhookRequest) => InboundEvent[] = () => [];

  get messenger(): Messenger {
    const ask = (what: string, externalId?: string, value?: string) => {
      this.requests.push({ what, externalId, value });
      return Promise.resolve().then(() => this.request());
    };
    // The worker reads what the test has set last.
    const outcome = {
      maxTextLength: 1000,
      send: (message: OutgoingMessage, context: SendContext) => this.send(message, context),
      policy: () => ({
        allowed: this.allowed,
        until: null,
        reason: this.allowed ? null : 'Too late.',
        kinds: this.allowed ? this.powers : [],
        tag: null,
      }),
      expand: (content: OutgoingMessage['content']) => [content],
      refusal: () => undefined,
      edit: (id: string, content: OutgoingMessage['content']) => ask('edit', id, content.text),
      delete: (id: string) => ask('delete', id),
      react: (id: string, emoji?: string) => ask('react', id, emoji),
      typing: () => ask('typing'),
      markSeen: () => ask('mark_seen'),
      acknowledge: (token: string) => ask('acknowledge', undefined, token),
    };
    Object.defineProperties(outcome, {
      powers: { get: () => this.powers },
      pace: { get: () => this.pace },
      echoes: { get: () => this.echoes },
      repeatableForMs: { get: () => this.repeatableForMs },
    });
    return {
      income: { isAuthentic: () => false, convert: (request) => this.convert(request) },
      outcome: outcome as unknown as Messenger['outcome'],
      registration: { callback: 'channel', credentialFields: [], identify: none, connect: none, disconnect: none },
      poller: { poll: (account, cursor, signal) => this.poll(account, cursor, signal) },
      media: { types: ['image'], load: none },
    };
  }

  private async send({ id, content }: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const { account, recipient, human } = context;
    const call = {
      id,
      text: content.text ?? '',
      channelId: account.channelId,
      person: recipient.externalId,
      human,
      at: performance.now(),
    };
    this.calls.push(call);
    return this.answer(call, context);
  }

  texts(): string[] {
    return this.calls.map(({ text }) => text);
  }
}

export function sent(id: string): SendVerdict {
  return { kind: 'sent', externalId: `ext-${id}` };
}

const nothing = () => ({ kind: 'polled', bodies: [], cursor: undefined }) as const;
const none = () => Promise.reject(new Error('not in this test'));
