import { matches } from './faults/rules.js';

export const MESSENGERS = ['telegram', 'facebook', 'whatsapp', 'instagram', 'viber', 'line'] as const;
export type MessengerKey = (typeof MESSENGERS)[number];

/** One try to deliver an event. Without a status there was no answer, or it was lost on purpose; `error` says why. */
export interface Attempt {
  readonly at: number;
  readonly ms: number;
  readonly status?: number;
  readonly error?: string;
  readonly retryAfter?: number;
  /** The beginning of the answer's body. */
  readonly answer?: string;
}

/** `unsubscribed`: never sent, the account did not ask for this kind or has no callback. */
export type EventState = 'pending' | 'delivered' | 'expired' | 'discarded' | 'unsubscribed';

/** An event of a messenger: what it said to us, and what we answered each time. */
export interface SentEvent {
  readonly n: number;
  readonly messenger: MessengerKey;
  readonly account: string;
  /** The messenger's word for it: `message`, `echo`, `read`, `callback_query`, … */
  readonly kind: string;
  /** The person's handle in the simulator. */
  readonly person?: string;
  /** The person's id as the messenger tells it: PSID, user id, business-scoped id. */
  readonly personId?: string;
  readonly text?: string;
  /** The messenger's id of the message: `mid`, `message_id`. */
  readonly messageId?: string;
  readonly at: number;
  /** The exact bytes, as text. */
  readonly body: string;
  readonly attempts: Attempt[];
  state: EventState;
}

/** A call the messenger received, and its answer. */
export interface ReceivedCall {
  readonly n: number;
  readonly at: number;
  readonly messenger: MessengerKey;
  /** The Bot API method, or the Graph edge (`messages`, `subscribed_apps`, `debug_token`, `person`, …). */
  readonly method: string;
  readonly verb: string;
  readonly account?: string;
  readonly personId?: string;
  readonly text?: string;
  /** The message an edit, a deletion, a reaction is about. */
  readonly messageId?: string;
  /** The parameters, tokens left out. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What was uploaded with it. */
  readonly files: readonly {
    readonly field: string;
    readonly name: string;
    readonly type: string;
    readonly size: number;
  }[];
  /** What was answered; absent while it runs, and for good after a reset. */
  status?: number;
  answer?: string;
  ms?: number;
  /** Seconds the caller was told to wait. */
  retryAfter?: number;
  /** The scripted fault it met. */
  fault?: string;
  /** The work was done, whatever the caller got to know. */
  processed: boolean;
}

/** A call that was told to wait, and the next one like it. */
export interface Wait {
  readonly toldMs: number;
  /** Absent = none came yet. */
  readonly tookMs?: number;
}

export class WaitTimeout extends Error {}

/** Everything that was said in both directions, in order. Only grows, until reset. */
export class Ledger {
  private sent: SentEvent[] = [];
  private received: ReceivedCall[] = [];
  private readonly listeners = new Set<() => void>();
  private lastNumber = 0;

  get events(): readonly SentEvent[] {
    return this.sent;
  }

  get calls(): readonly ReceivedCall[] {
    return this.received;
  }

  event(event: Omit<SentEvent, 'n' | 'attempts' | 'at'>): SentEvent {
    const entry: SentEvent = { ...event, n: ++this.lastNumber, at: Date.now(), attempts: [] };
    this.sent.push(entry);
    this.changed();
    return entry;
  }

  call(call: Omit<ReceivedCall, 'n' | 'at' | 'processed'>): ReceivedCall {
    const entry: ReceivedCall = { ...call, n: ++this.lastNumber, at: Date.now(), processed: false };
    this.received.push(entry);
    this.changed();
    return entry;
  }

  /** What callers made of being told to wait, among the calls that match. */
  waits(match?: object): Wait[] {
    const calls = this.received.filter((call) => matches(call, match));
    return calls.flatMap(({ retryAfter, at, ms = 0 }, index) => {
      if (retryAfter === undefined) return [];
      const next = calls[index + 1];
      return [{ toldMs: retryAfter * 1_000, ...(next && { tookMs: next.at - at - ms }) }];
    });
  }

  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves with the first truthy answer of the predicate, asked again at every change. Rejects after the time. */
  waitFor<T>(predicate: () => T, timeoutMs = 30_000, what = 'the condition'): Promise<T> {
    const now = predicate();
    if (now) return Promise.resolve(now);
    return new Promise<T>((resolve, reject) => {
      const stop = this.onChange(() => {
        try {
          const value = predicate();
          if (value) finish(() => resolve(value));
        } catch (error) {
          finish(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      });
      const timer = setTimeout(
        () => finish(() => reject(new WaitTimeout(`Waited ${timeoutMs} ms in vain for ${what}`))),
        timeoutMs,
      );
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        stop();
        settle();
      };
    });
  }

  clear(): void {
    this.sent = [];
    this.received = [];
    this.changed();
  }
}
