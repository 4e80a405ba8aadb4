import { SseParser, type Block } from '../../libs/client/src/sse-parser.js';
import type { Api } from './api.js';

const PAUSE_MS = 200;

/**
 * The stream as a program reads it that knows nothing but the standard: it comes back with the last id it has, and takes
 * whatever is said to it for new.
 */
export class RawStream {
  /** Of the events, as they came. */
  readonly ids: string[] = [];
  /** How often it was answered. */
  connections = 0;
  /** How often it was told that events may be missing. */
  resyncs = 0;
  private readonly ended = new AbortController();

  constructor(
    private readonly api: Api,
    private last: string,
  ) {
    void this.run();
  }

  close(): void {
    this.ended.abort();
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      await this.connect().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private async connect(): Promise<void> {
    const response = await fetch(`${this.api.url}/v1/events/stream`, {
      headers: { ...this.api.authorization, 'last-event-id': this.last },
      signal: this.ended.signal,
    });
    if (response.status !== 200) return;
    this.connections += 1;
    const parser = new SseParser();
    const text = new TextDecoder();
    for await (const piece of response.body!)
      for (const block of parser.take(text.decode(piece as Uint8Array, { stream: true }))) this.take(block);
  }

  private take({ id, event, data }: Block): void {
    if (event === 'resync_required') this.resyncs += 1;
    else if (data !== undefined && event !== 'stream.ready' && 'id' in (JSON.parse(data) as object)) this.ids.push(id!);
    this.last = id ?? this.last;
  }
}
