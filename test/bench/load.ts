import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Measured } from './report.js';

/** A POST, made and signed before the clock starts. */
export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Closed loop: each connection sends its next request when the answer to the last one is in. Every answer must be a 2xx
 * without a body. Our own, because load and server share the processors: a client library costs as much a request as the
 * server under it. Latencies in milliseconds.
 */
export async function closedLoop(port: number, connections: number, posts: readonly Post[]): Promise<Measured> {
  const requests = posts.map((post) => bytesOf(port, post));
  const callers = await Promise.all(Array.from({ length: connections }, () => Caller.open(port)));
  const latencies = new Float64Array(requests.length);
  let next = 0;
  const began = performance.now();
  await Promise.all(
    callers.map(async (caller) => {
      for (let index = next++; index < requests.length; index = next++) {
        const sentAt = performance.now();
        await caller.call(requests[index]!);
        latencies[index] = performance.now() - sentAt;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const caller of callers) caller.close();
  latencies.sort();
  const at = (share: number) => latencies[Math.floor(latencies.length * share)]!;
  return { perSecond: requests.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** When each request was sent and acknowledged, by `performance.now()`; 0 where it never was. */
export interface Times {
  readonly sent: Float64Array;
  readonly acknowledged: Float64Array;
}

/** Open loop: `perSecond` requests are due each second, however long the last ones take. */
export async function openLoop(
  port: number,
  connections: number,
  perSecond: number,
  posts: readonly Post[],
): Promise<Times> {
  const callers = await Promise.all(Array.from({ length: connections }, () => Caller.open(port)));
  const requests = posts.map((post) => bytesOf(port, post));
  const sent = new Float64Array(requests.length);
  const acknowledged = new Float64Array(requests.length);
  const began = performance.now();
  const open: Promise<void>[] = [];
  for (let index = 0; index < requests.length;) {
    const due = Math.min(requests.length, Math.floor(((performance.now() - began) * perSecond) / 1000));
    for (; index < due; index++) {
      const at = index;
      sent[at] = performance.now();
      open.push(
        callers[at % connections]!.after(requests[at]!).then(() => void (acknowledged[at] = performance.now())),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
  for (const caller of callers) caller.close();
  return { sent, acknowledged };
}

/** Closed loop until the server goes away; answers which requests were acknowledged, by their index. */
export async function untilItDies(port: number, connections: number, posts: readonly Post[]): Promise<number[]> {
  const callers = await Promise.all(Array.from({ length: connections }, () => Caller.open(port)));
  const acknowledged: number[] = [];
  let next = 0;
  await Promise.all(
    callers.map(async (caller) => {
      try {
        for (let index = next++; index < posts.length; index = next++) {
          await caller.call(bytesOf(port, posts[index]!));
          acknowledged.push(index);
        }
      } catch {
        // What was under way when it died is not acknowledged.
      }
    }),
  );
  return acknowledged;
}

/** One request after the other on one connection. */
export function alone(port: number, posts: readonly Post[]): Promise<Measured> {
  return closedLoop(port, 1, posts);
}

/** One connection, one request at a time. */
export class Caller {
  private head = '';
  private last: Promise<void> = Promise.resolve();
  private resolve: () => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.read(chunk.toString('latin1')));
    socket.on('error', (error) => this.reject(error));
    socket.on('close', () => this.reject(new Error('The connection ended without an answer')));
  }

  static async open(port: number): Promise<Caller> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Caller(socket);
  }

  /** Resolves at the end of the answer's head. Rejects when it is no 2xx, or never comes. */
  call(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.socket.write(request);
    });
  }

  /** The same, once what was called before is answered. */
  after(request: Buffer): Promise<void> {
    return (this.last = this.last.then(() => this.call(request)));
  }

  close(): void {
    this.socket.end();
  }

  private read(text: string): void {
    this.head += text;
    if (!this.head.includes('\r\n\r\n')) return;
    if (this.head.startsWith('HTTP/1.1 2')) this.resolve();
    else this.reject(new Error(`The answer was ${this.head.slice(0, 40)}`));
    this.head = '';
  }
}

/** A request as it travels. */
export function bytesOf(port: number, { path, headers, body }: Post): Buffer {
  const all = { host: `127.0.0.1:${port}`, 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
