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
  await new Promise<void>((resolve, reject) => {
    let busy = callers.length;
    const step = (caller: Caller) => {
      const index = next++;
      if (index >= requests.length) {
        busy -= 1;
        if (busy === 0) resolve();
        return;
      }
      const sentAt = performance.now();
      caller.send(requests[index]!, (error) => {
        if (error) return reject(error);
        latencies[index] = performance.now() - sentAt;
        step(caller);
      });
    };
    callers.forEach(step);
  });
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

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const VERSION = 'HTTP/1.1 '.length;
const TWO = 0x32;
type Answered = (error?: Error) => void;

/** One connection, one request at a time. Bytes are looked at where they arrive: what it costs is missing to the server. */
export class Caller {
  private last: Promise<void> = Promise.resolve();
  private answered: Answered = () => undefined;
  private have = 0;
  private readonly bytes = Buffer.allocUnsafe(4096);
  private readonly socket: Socket;

  private constructor(port: number) {
    const answer = Buffer.allocUnsafe(4096);
    const onread = { buffer: answer, callback: (size: number) => this.read(answer, size) };
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.socket.on('error', (error) => this.answered(error));
    this.socket.on('close', () => this.answered(new Error('The connection ended without an answer')));
  }

  static async open(port: number): Promise<Caller> {
    const caller = new Caller(port);
    await once(caller.socket, 'connect');
    return caller;
  }

  /** `answered` is called at the end of the answer's head; with an error when it is no 2xx, or never comes. */
  send(request: Buffer, answered: Answered): void {
    this.answered = answered;
    this.socket.write(request);
  }

  /** The same as a promise. */
  call(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => this.send(request, (error) => (error ? reject(error) : resolve())));
  }

  /** The same, once what was called before is answered. */
  after(request: Buffer): Promise<void> {
    return (this.last = this.last.then(() => this.call(request)));
  }

  close(): void {
    this.answered = () => undefined;
    this.socket.end();
  }

  private read(answer: Buffer, size: number): boolean {
    this.have += answer.copy(this.bytes, this.have, 0, size);
    const head = this.bytes.subarray(0, this.have);
    if (!head.includes(END_OF_HEAD)) return true;
    const isGood = head[VERSION] === TWO;
    this.have = 0;
    this.answered(isGood ? undefined : new Error(`The answer was ${head.toString('latin1', 0, 40)}`));
    return true;
  }
}

/** A request as it travels. */
export function bytesOf(port: number, { path, headers, body }: Post): Buffer {
  const all = { host: `127.0.0.1:${port}`, 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
