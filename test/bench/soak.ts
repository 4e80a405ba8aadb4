import { openEmbeddedPostgres, migrate } from '#database';
import { join } from 'node:path';
import { checkStored } from './check-stored.js';
import { openLoop } from './load.js';
import { connectPage } from './page.js';
import { residentMegabytes } from './processes.js';
import { Listeners } from './streams/listeners.js';
import { aDeafAgent } from './streams/streams.js';
import { messengerWebhooks } from './webhooks.js';

const PER_SECOND = 1_000;
const STREAMS = 500;
const CONNECTIONS = 64;

/** Whether the server's memory or its latency grows: 1,000 messages a second with 500 streams, minute after minute. */
export async function soak(dataDir: string, minutes: number, say: (line: string) => void): Promise<void> {
  const opened: { stop(): Promise<unknown> }[] = [];
  try {
    const embedded = await openEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: () => undefined });
    opened.push(embedded);
    await migrate(embedded.url);
    const page = await connectPage(embedded.url, dataDir);
    opened.push(page);
    const listeners = await Listeners.open(page.port, '/v1/events/stream', await aDeafAgent(page), STREAMS);
    const memory: number[] = [];
    for (let minute = 1; minute <= minutes; minute++) {
      const posts = messengerWebhooks({ path: page.path, webhooks: PER_SECOND * 60, people: 2_000 });
      const { sent, acknowledged } = await openLoop(page.port, CONNECTIONS, PER_SECOND, posts);
      const latencies = acknowledged.map((at, index) => at - sent[index]!).sort();
      const place = (share: number) => latencies[Math.floor(latencies.length * share)]!.toFixed(1);
      memory.push(await residentMegabytes(page.pid));
      say(
        `minute ${minute}: ${memory.at(-1)!.toFixed(0)} MB resident, webhook p50 ${place(0.5)} ms, p99 ${place(0.99)} ms`,
      );
    }
    listeners.close();
    say(await checkStored(embedded.url));
    const [first, second] = [memory.slice(0, memory.length / 2), memory.slice(memory.length / 2)];
    say(
      `most resident in the first half ${Math.max(...first).toFixed(0)} MB, in the second ${Math.max(...second).toFixed(0)} MB`,
    );
  } finally {
    while (opened.length > 0) await opened.pop()!.stop();
  }
}
