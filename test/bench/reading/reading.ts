import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate, openEmbeddedPostgres } from '#database';
import { seedOnce, serverFolder } from '../seed/seed.js';
import { LARGE, SMALL, type SeedSize } from '../seed/size.js';
import { sayFigures, type Figure } from '../report.js';
import { SeededHouse } from './house.js';
import type { Latencies } from './latencies.js';
import { SeededServer } from './server.js';

/** `large` is missing where only the small data was asked for. */
export interface ReadingRound {
  readonly select: Latencies;
  readonly unread: Latencies;
  readonly list: Latencies;
  readonly httpSelect: Latencies;
  readonly httpUnread: Latencies;
  readonly smallUnread?: Latencies;
  readonly smallList?: Latencies;
}

export interface ReadingOptions {
  readonly dataDir: string;
  /** A directory with the large data, or where it is to be made. */
  readonly large: string | undefined;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

const FIGURES: readonly Figure<ReadingRound>[] = [
  {
    name: 'P9',
    what: 'unread totals p99 ÷ primary-key select p99, in SQL',
    of: ({ unread, select }) => unread.p99 / select.p99,
    must: 3,
    aim: 1.5,
    less: true,
  },
  {
    name: 'P10',
    what: 'open-chat list of 50 rows p99 ÷ primary-key select p99, in SQL',
    of: ({ list, select }) => list.p99 / select.p99,
    must: 6,
    aim: 3,
    less: true,
  },
  {
    name: 'P11',
    what: 'HTTP p99 of the unread route ÷ of a route doing one primary-key select',
    of: ({ httpUnread, httpSelect }) => httpUnread.p99 / httpSelect.p99,
    must: 2,
    aim: 1.2,
    less: true,
  },
];

const GROWTH: readonly Figure<ReadingRound>[] = [
  {
    name: 'P12',
    what: 'unread totals p99 with 5 million messages ÷ with 50,000',
    of: ({ unread, smallUnread }) => unread.p99 / smallUnread!.p99,
    must: 1.5,
    aim: 1.1,
    less: true,
  },
  {
    name: 'P12',
    what: 'open-chat list p99 with 5 million messages ÷ with 50,000',
    of: ({ list, smallList }) => list.p99 / smallList!.p99,
    must: 1.5,
    aim: 1.1,
    less: true,
  },
];

/** Lists and counts on seeded data: on the large data where it is there, and then also against the small. */
export async function measureReading({ dataDir, large, quick, say }: ReadingOptions): Promise<void> {
  const opened: { stop(): Promise<void> }[] = [];
  try {
    const open = async (folder: string, size: SeedSize) => {
      const embedded = await openEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
      const keep = folder === large;
      opened.push({ stop: () => embedded.stop().then(() => (keep ? undefined : removed(embedded.dataDir))) });
      await migrate(embedded.url);
      await seedOnce(embedded.url, size, say);
      const house = await SeededHouse.open(embedded.url);
      opened.push({ stop: () => house.close() });
      return { house, url: embedded.url };
    };
    const small = await open(join(dataDir, 'small'), SMALL);
    const main = large === undefined ? small : await open(large, LARGE);
    const folder = large === undefined ? join(dataDir, 'reading') : serverFolder(large);
    const server = await SeededServer.start(main.url, folder, main.house.someone);
    opened.push(server);
    const rounds = await play(main.house, server, large === undefined ? undefined : small.house, quick, say);
    sayFigures(FIGURES, rounds, say);
    if (large === undefined) say('P12  not measured: -- --large <directory> has or gets the 5 million messages');
    else sayFigures(GROWTH, rounds, say);
  } finally {
    while (opened.length > 0) await opened.pop()!.stop();
  }
}

async function play(
  house: SeededHouse,
  server: SeededServer,
  small: SeededHouse | undefined,
  quick: boolean,
  say: (line: string) => void,
): Promise<ReadingRound[]> {
  const calls = quick ? 1_000 : 4_000;
  const runs: Partial<Record<keyof ReadingRound, () => Promise<Latencies>>> = {
    select: () => house.select(calls),
    unread: () => house.unread(calls),
    ...(small && { smallUnread: () => small.unread(calls) }),
    list: () => house.list(calls),
    ...(small && { smallList: () => small.list(calls) }),
    httpSelect: () => server.route('/v1/me', calls),
    httpUnread: () => server.route('/v1/me/unread-chats-count', calls),
  };
  const rounds: ReadingRound[] = [];
  for (let number = 0; number < (quick ? 4 : 9); number++) {
    const order = Object.keys(runs) as (keyof ReadingRound)[];
    const results = new Map<keyof ReadingRound, Latencies>();
    for (const name of number % 2 ? order.reverse() : order) results.set(name, await runs[name]!());
    const described = [...results].sort().map(([name, { p50, p99 }]) => `${name} ${p50.toFixed(2)}/${p99.toFixed(2)}`);
    say(`reading, round ${number}${number === 0 ? ' (dropped)' : ''}, p50/p99 in ms: ${described.join(', ')}`);
    rounds.push(Object.fromEntries(results) as unknown as ReadingRound);
  }
  return rounds.slice(1);
}

/** It may lie elsewhere than it was asked for: PostgreSQL does not run as root. */
function removed(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
