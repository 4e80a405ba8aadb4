import autocannon from 'autocannon';
import { connect, type Socket } from 'node:net';
import type { Measured } from './report.js';

/** A POST, made and signed before the clock starts. */
export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Closed loop by autocannon: each connection sends its next request when the answer to the last one is in. Every answer
 * must be 2xx. Throughput is counted from the first request to the last answer.
 */
export async function closedLoop(port: number, connections: number, posts: readonly Post[]): Promise<Measured> {
  const each = Math.floor(posts.length / connections);
  let clients = 0;
  let lastAnswer = 0;
  const began = performance.now();
  const options: autocannon.Options = {
    url: `http://127.0.0.1:${port}`,
    connections,
    amount: each * connections,
    setupClient: (client) => {
      const mine = posts.slice(clients * each, ++clients * each);
      client.setRequests(mine.map((post) => ({ method: 'POST', ...post })));
      client.on('response', () => (lastAnswer = performance.now()));
    },
  };
  const { latency, non2xx, errors, '2xx': answered } = await autocannon(options);
  if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} answers were not 2xx, ${errors} requests failed`);
  return { perSecond: answered / ((lastAnswer - began) / 1000), p50: latency.p50, p99: latency.p99 };
}

/** One request after the other on one connection, timed finer than the milliseconds autocannon tells. */
export async function alone(port: number, posts: readonly Post[]): Promise<Measured> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const requests = posts.map((post) => bytesOf(port, post));
  const latencies: number[] = [];
  const began = performance.now();
  for (const request of requests) {
    const sentAt = performance.now();
    const answer = await exchange(socket, request);
    latencies.push(performance.now() - sentAt);
    if (!answer.startsWith('HTTP/1.1 2')) throw new Error(`The answer was ${answer.slice(0, 40)}`);
  }
  const seconds = (performance.now() - began) / 1000;
  socket.end();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)]!;
  return { perSecond: posts.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** Answers fit into one packet: they have no body. */
function exchange(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (answer: string) => resolve(answer));
    socket.write(request);
  });
}

function bytesOf(port: number, { path, headers, body }: Post): Buffer {
  const all = { host: `127.0.0.1:${port}`, 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
