import type { ServerResponse } from 'node:http';
import type { Ledger } from '../ledger.js';

const TICK_MS = 40;

/** Tells open pages that something changed, at most once a tick. They then ask for what they show. */
export class Live {
  private readonly listeners = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private readonly stopListening: () => void;

  constructor(ledger: Ledger) {
    this.stopListening = ledger.onChange(() => {
      if (this.listeners.size > 0) this.timer ??= setTimeout(() => this.tell(), TICK_MS);
    });
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\ndata: hello\n\n');
    this.listeners.add(response);
    response.on('close', () => this.listeners.delete(response));
  }

  close(): void {
    this.stopListening();
    clearTimeout(this.timer);
    for (const response of this.listeners) response.end();
  }

  private tell(): void {
    this.timer = undefined;
    for (const response of this.listeners) response.write('data: changed\n\n');
  }
}
