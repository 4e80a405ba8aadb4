import { connect, type Socket } from 'node:net';

/** What one run of the load generator saw. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Closed loop: each connection sends its next request when the answer to the last one is in. Requests are whole HTTP
 * messages, made and signed before the clock starts. Every answer must be 2xx; others are counted as refused.
 */
export async function closedLoop(port: number, connections: number, requests: readonly Buffer[]): Promise<LoadResult> {
  const latencies = new Float64Array(requests.length);
  let next = 0;
  let refused = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(port, () => {
        if (next >= requests.length) return undefined;
        const index = next++;
        const sentAt = performance.now();
        return {
          request: requests[index]!,
          answered: (ok) => {
            latencies[index] = performance.now() - sentAt;
            if (!ok) refused += 1;
          },
        };
      }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  latencies.sort();
  return {
    requests: requests.length,
    seconds,
    perSecond: requests.length / seconds,
    refused,
    p50: latencies[Math.floor(latencies.length * 0.5)]!,
    p99: latencies[Math.floor(latencies.length * 0.99)]!,
  };
}

interface Exchange {
  readonly request: Buffer;
  readonly answered: (ok: boolean) => void;
}

/** One connection: writes a request, waits for the whole answer, asks for the next. Answers carry a content length. */
function converse(port: number, nextExchange: () => Exchange | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: Exchange | undefined;
    let received = '';
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const go = () => {
      current = nextExchange();
      if (current) socket.write(current.request);
      else socket.end(resolve);
    };
    socket.setEncoding('latin1');
    socket.on('connect', go);
    socket.on('error', reject);
    socket.on('close', () => (current ? reject(new Error('The server closed a connection')) : resolve()));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < head + 4 + length) return;
      current!.answered(received.startsWith('HTTP/1.1 2'));
      received = '';
      go();
    });
  });
}

/** A POST as bytes. */
export function post(port: number, path: string, headers: Record<string, string>, body: string): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes]);
}
