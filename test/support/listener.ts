import { ParleyClient, type EventFeed, type FeedEvent } from '../../libs/client/src/index.js';
import type { Api } from './api.js';
import { eventually } from './eventually.js';

/** Somebody who listens to the stream with the published client. */
export class Listener {
  readonly events: FeedEvent[] = [];
  /** How often the lists had to be read. */
  starts = 0;
  refused: number | undefined;
  private readonly feed: EventFeed;

  private constructor(api: Api, options: { url: string; after?: string; onStart?: () => Promise<void> }) {
    const { onStart, url, ...rest } = options;
    const client = new ParleyClient({ url, token: api.authorization.authorization?.replace('Bearer ', '') });
    this.feed = client.events({
      ...rest,
      longestPauseMs: 1_000,
      onStart: async () => {
        await onStart?.();
        this.starts += 1;
      },
      onEvent: (event) => void this.events.push(event),
      onRefused: (status) => (this.refused = status),
    });
  }

  /** Resolves once the stream has begun. */
  static async open(
    api: Api,
    options: { url?: string; after?: string; onStart?: () => Promise<void> } = {},
  ): Promise<Listener> {
    const listener = new Listener(api, { url: api.url, ...options });
    if (options.after === undefined) await eventually(() => listener.starts > 0, 30_000, 'the stream to begin');
    return listener;
  }

  get position(): string | undefined {
    return this.feed.position;
  }

  /** Types of what was heard about a chat, or about anything. */
  types(chatId?: string): string[] {
    return this.events.filter((event) => !chatId || event.chatId === chatId).map(({ type }) => type);
  }

  heard(type: string, chatId?: string): Promise<FeedEvent> {
    const look = () => this.events.find((event) => event.type === type && (!chatId || event.chatId === chatId));
    return eventually(look, 30_000, `the event ${type}`);
  }

  close(): void {
    this.feed.close();
  }
}

/** How a spec opens listeners; each is closed after its test. */
export function listening(): typeof Listener.open {
  const opened: Listener[] = [];
  afterEach(() => {
    for (const listener of opened.splice(0)) listener.close();
  });
  return async (...asked) => {
    const listener = await Listener.open(...asked);
    opened.push(listener);
    return listener;
  };
}
