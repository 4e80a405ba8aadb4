import type { components } from './api-types.js';
import { SseParser, type Block } from './sse-parser.js';

/** An event as the server tells it. What is true for a moment only (`chat.typing`) has no `id`. */
export interface FeedEvent {
  readonly id?: string;
  readonly type: string;
  readonly at: string;
  readonly chatId: string | null;
  readonly seq?: number | null;
  readonly data: unknown;
}

type Schemas = components['schemas'];
type LoggedEvent = Extract<Schemas[keyof Schemas], Pick<FeedEvent, 'id' | 'type' | 'at' | 'chatId'> & { data: object }>;

/** What is told in events of this type. */
export type EventOf<Type extends string> = Extract<LoggedEvent, { readonly type: Type }>;

/** Whether it is an event of this type: then it is known what its `data` holds. */
export function isEvent<Type extends LoggedEvent['type']>(event: FeedEvent, type: Type): event is EventOf<Type> {
  return event.type === type;
}

export interface EventFeedOptions {
  /** The server, e.g. `https://chat.example.com`. */
  readonly url: string;
  /** An access token or an API key; asked for before every connection, and told the one that was just refused. */
  readonly token: (refused?: string) => string | Promise<string>;
  /**
   * Read the lists now: at the beginning, and whenever events may be missing. Events that happened meanwhile are given
   * after it has resolved; they tell states, so applying one that the lists contain already is harmless. When it rejects,
   * it is asked again after a pause.
   */
  readonly onStart: () => void | Promise<void>;
  /** Every event once, in the order of the log. */
  readonly onEvent: (event: FeedEvent) => void;
  /** Told what `onStart` and `onEvent` throw. Without it an event whose handling fails costs the connection, and nobody hears why. */
  readonly onError?: (error: unknown) => void;
  /** The server refuses for good (nobody is signed in, the role does not allow it): the feed has ended. */
  readonly onRefused?: (status: number) => void;
  /** Go on behind this event instead of reading the lists first; they are read where it is no place in the server's log. */
  readonly after?: string;
  /** Without a sign for this long the connection counts as lost. Default 45 s: three heartbeats of the server. */
  readonly silenceMs?: number;
  /** The longest pause before the next try. Default 30 s; the first is half a second. */
  readonly longestPauseMs?: number;
}

const FIRST_PAUSE_MS = 500;
const REMEMBERED = 1_000;

/** Whom the server refuses for good. 401 counts when it comes twice in a row: the token may just have run out. */
const FOR_GOOD = new Set([403, 404]);

/** The server's events, over every loss of the connection: resumed where they were, each one once. */
export class EventFeed {
  private readonly ended = new AbortController();
  private readonly seen = new Set<string>();
  private lastId: string | undefined;
  /** The lists must be read before the next event counts. */
  private isStale: boolean;
  private pauseMs = FIRST_PAUSE_MS;
  private unauthorized = 0;
  private token: string | undefined;

  private constructor(private readonly options: EventFeedOptions) {
    this.lastId = options.after;
    this.isStale = options.after === undefined;
  }

  static open(options: EventFeedOptions): EventFeed {
    const feed = new EventFeed(options);
    void feed.run();
    return feed;
  }

  /** The last event given; `after` of a later feed. */
  get position(): string | undefined {
    return this.lastId;
  }

  close(): void {
    this.ended.abort();
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      try {
        const status = await this.connect();
        if (status === 400) this.startAfresh();
        if (this.isRefused(status)) {
          this.close();
          return this.options.onRefused?.(status);
        }
      } catch {
        // The connection was lost, or the lists could not be read: both are tried again.
      }
      await this.pause();
    }
  }

  /** Resolves with the answer's status when the stream has ended. */
  private async connect(): Promise<number> {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    this.ended.signal.addEventListener('abort', stop, { once: true });
    try {
      const response = await this.request(attempt);
      if (response.status === 200 && response.body) await this.read(response.body, attempt);
      return response.status;
    } finally {
      attempt.abort();
      this.ended.signal.removeEventListener('abort', stop);
    }
  }

  private async request(attempt: AbortController): Promise<Response> {
    this.token = await this.options.token(this.unauthorized > 0 ? this.token : undefined);
    const patience = setTimeout(() => attempt.abort(), this.silenceMs);
    try {
      return await fetch(`${this.options.url}/v1/events/stream`, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${this.token}`,
          ...(this.lastId === undefined ? {} : { 'last-event-id': this.lastId }),
        },
        signal: attempt.signal,
      });
    } finally {
      clearTimeout(patience);
    }
  }

  private async read(body: ReadableStream<Uint8Array>, attempt: AbortController): Promise<void> {
    const parser = new SseParser();
    const text = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const silence = setTimeout(() => attempt.abort(), this.silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done || this.ended.signal.aborted) return;
      for (const block of parser.take(text.decode(value, { stream: true }))) await this.take(block);
    }
  }

  private async take({ id, event, data }: Block): Promise<void> {
    if (event === 'resync_required') this.isStale = true;
    if (this.isStale && id !== undefined) {
      // A loss from here on is resumed from here: these lists and what follows meet without a gap.
      await this.start();
      this.isStale = false;
    }
    if (this.ended.signal.aborted) return;
    if (data !== undefined && event !== 'resync_required' && event !== 'stream.ready') this.give(data);
    this.lastId = id ?? this.lastId;
    this.pauseMs = FIRST_PAUSE_MS;
    this.unauthorized = 0;
  }

  private give(data: string): void {
    const event = JSON.parse(data) as FeedEvent;
    if (event.id !== undefined) {
      if (this.seen.has(event.id)) return;
      this.seen.add(event.id);
      if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value!);
    }
    try {
      this.options.onEvent(event);
    } catch (error) {
      if (!this.options.onError) throw error;
      this.options.onError(error);
    }
  }

  private async start(): Promise<void> {
    try {
      await this.options.onStart();
    } catch (error) {
      this.options.onError?.(error);
      throw error;
    }
  }

  /** The server cannot read the place: kept by another program, cut off, of another version. */
  private startAfresh(): void {
    this.lastId = undefined;
    this.isStale = true;
  }

  private isRefused(status: number): boolean {
    this.unauthorized = status === 401 ? this.unauthorized + 1 : 0;
    return FOR_GOOD.has(status) || this.unauthorized > 1;
  }

  /** Longer every time, and for everybody another one: a server that comes back is not run over. */
  private async pause(): Promise<void> {
    const ms = this.pauseMs * (0.5 + Math.random() / 2);
    this.pauseMs = Math.min(this.pauseMs * 2, this.options.longestPauseMs ?? 30_000);
    const { signal } = this.ended;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, signal.aborted ? 0 : ms);
      signal.addEventListener('abort', done);
    });
  }

  private get silenceMs(): number {
    return this.options.silenceMs ?? 45_000;
  }
}
