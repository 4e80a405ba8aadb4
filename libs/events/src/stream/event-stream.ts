import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Caller } from '#identity';
import { BEGINNING, isAfter, type Position } from '../reading/position.js';
import { earsOf, type Viewer } from '../reading/viewer.js';
import type { News } from './news.js';

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Nothing else comes over this connection: when the stream ends, the server that stops need not wait for it.
  connection: 'close',
  // nginx would gather the events.
  'x-accel-buffering': 'no',
};

/** One reader's open connection. What is given to it in one turn leaves in one write; what waits is bounded. */
export class EventStream {
  /** Behind what was written or was not for this reader. */
  position: Position = BEGINNING;
  ears: ReadonlySet<string>;
  private readonly pending: string[] = [];

  constructor(
    readonly caller: Caller,
    viewer: Viewer,
    /** When the access token ends. */
    readonly expiresAt: Date | undefined,
    private readonly response: ServerResponse,
    private readonly maxBacklogBytes: number,
  ) {
    this.ears = new Set(earsOf(viewer));
  }

  get isOpen(): boolean {
    return !this.response.writableEnded && !this.response.destroyed;
  }

  begin(headers: Readonly<Record<string, number | string | string[] | undefined>>): void {
    this.response.writeHead(200, { ...headers, ...HEAD });
    this.response.flushHeaders();
  }

  onClose(work: () => void): void {
    this.response.once('close', work);
  }

  /** Queues an event unless it was there before. To be followed by `flush`. */
  tell({ position, text }: News): void {
    if (!isAfter(position, this.position)) return;
    this.position = position;
    this.pending.push(text);
  }

  say(text: string): void {
    this.pending.push(text);
  }

  /** Who cannot keep up is disconnected, and resumes where it was: nobody else waits for it. */
  flush(): void {
    if (this.pending.length === 0 || !this.isOpen) return;
    this.response.write(this.pending.join(''));
    this.pending.length = 0;
    if (this.response.writableLength > this.maxBacklogBytes) this.response.destroy();
  }

  /** Resolves when the reader has taken what was written, or is gone. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.response.writableNeedDrain) return;
    const over = new AbortController();
    const { signal } = over;
    const drained = [once(this.response, 'drain', { signal }), once(this.response, 'close', { signal })];
    await Promise.race(drained).finally(() => over.abort());
  }

  /** Who has not taken the rest when it is asked for again never might: until they do, what is new would pile up here. */
  end(): void {
    if (!this.isOpen) return this.cut();
    this.flush();
    this.response.end();
  }

  /** Without a word: the reader comes again. */
  cut(): void {
    this.response.destroy();
  }
}
