import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate, openEmbeddedPostgres } from '#database';
import { checkStored } from './check-stored.js';
import { hasPgbench, prepareInserts, singleRowInserts } from './inserts.js';
import { killUnderLoad } from './killed.js';
import { alone, closedLoop, type Post } from './load.js';
import { reuseLogFiles } from './log-files.js';
import { connectPage, type Page } from './page.js';
import { freePort, signal, startProgram, stopProgram } from './processes.js';
import { report, type Measured, type Round } from './report.js';
import { PASSWORD, seedOnce, serverFolder } from './seed/seed.js';
import { LARGE } from './seed/size.js';
import { measureSending } from './sending/sending.js';
import { measureStreams } from './streams/streams.js';
import { messengerWebhooks, redelivered, withNewPeople } from './webhooks.js';

export interface ReceivingOptions {
  readonly dataDir: string;
  /** A directory with the large data, or where it is to be made. */
  readonly large: string | undefined;
  readonly quick: boolean;
  /** Leave out all but this. */
  readonly only?: 'streams' | 'sending' | undefined;
  readonly say: (line: string) => void;
}

const PEOPLE = 2_000;
/** About as many requests a second as are made ready, by what such machines were seen to do. */
const EXPECTED = { bare: 16_000, parley: 8_000, ten: 1_600, strangers: 3_000, perStep: 300, lone: 400 };
const SEEDED = { email: 'seeded@example.com', password: PASSWORD };

type Runs = Partial<Record<keyof Round, () => Promise<Measured>>>;

/** The receiving path and agents' streams, on the embedded database or on DATABASE_URL's. */
export async function measureReceiving(options: ReceivingOptions): Promise<void> {
  const opened: { stop(): Promise<unknown> }[] = [];
  try {
    const open = async (folder: string) => {
      await mkdir(folder, { recursive: true });
      const embedded = await openEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
      opened.push(embedded);
      return embedded.url;
    };
    const url = process.env.DATABASE_URL ?? (await open(options.dataDir));
    const kind = process.env.DATABASE_URL ? 'external' : 'embedded';
    options.say(`${kind} PostgreSQL, inserts by ${hasPgbench() ? 'pgbench' : 'our own loop'}`);
    await migrate(url);
    if (!(await reuseLogFiles(url)))
      options.say('not allowed to prepare log files: those of a fresh server are slower');
    const page = await connectPage(url, options.dataDir);
    opened.push(page);
    if (!options.only) {
      const { large: at } = options;
      const large = at === undefined ? undefined : await openLarge(await open(at), serverFolder(at), options.say);
      if (large) opened.push(large);
      await measure(url, page, large, options);
    }
    await page.signIn();
    const sends = options.only === 'sending' || !(options.only || options.quick);
    if (sends) await measureSending(page, url, options.quick, options.say);
    if (options.only !== 'sending') await measureStreams(page, options.quick, options.say);
    options.say(await killUnderLoad(page, url));
  } finally {
    while (opened.length > 0) await opened.pop()!.stop();
  }
}

/** The server on 5 million messages, which are made where they are missing. */
async function openLarge(url: string, folder: string, say: (line: string) => void): Promise<Page> {
  await migrate(url);
  await seedOnce(url, LARGE, say);
  return connectPage(url, folder, SEEDED);
}

async function measure(url: string, page: Page, large: Page | undefined, { quick, say }: ReceivingOptions) {
  const [barePort, stepPort] = [await freePort(), await freePort()];
  const start = (file: string, port: number) =>
    startProgram(new URL(file, import.meta.url), [String(port), url], {}, port);
  const bare = await start('./bare-server.js', barePort);
  const perStep = await start('./repository-per-step.js', stepPort);
  const turns = new Turns(large ? [page, large] : [page]);
  try {
    await prepareInserts(url);
    turns.begin();
    const runs = contenders(url, page, large, { barePort, stepPort, seconds: quick ? 1 : 4, turns });
    const rounds: Round[] = [];
    for (let number = 0; number < (quick ? 4 : 7); number++) {
      const order = Object.keys(runs) as (keyof Round)[];
      const results = new Map<keyof Round, Measured>();
      for (const name of number % 2 ? order.reverse() : order) results.set(name, await runs[name]!());
      const round = Object.fromEntries(results) as unknown as Round;
      rounds.push(round);
      say(`round ${number}${number === 0 ? ' (dropped)' : ''}: ${describe(round)}`);
    }
    say(await checkStored(url));
    report(rounds.slice(1), say);
  } finally {
    turns.end();
    await Promise.all([stopProgram(bare), stopProgram(perStep)]);
  }
}

/**
 * A server whose turn it is not stands still: it would go on with what its last turn left to do, such as finding the words
 * of what was said, in the time of another one. Of what it needs itself beside receiving it has its share in its own turn.
 */
class Turns {
  constructor(private readonly servers: readonly Page[]) {}

  begin(): void {
    for (const { pid } of this.servers) signal(pid, 'SIGSTOP');
  }

  async of({ pid, port }: Page, run: () => Promise<Measured>): Promise<Measured> {
    signal(pid, 'SIGCONT');
    await fetch(`http://127.0.0.1:${port}/health/ready`);
    return run().finally(() => signal(pid, 'SIGSTOP'));
  }

  end(): void {
    for (const { pid } of this.servers) signal(pid, 'SIGCONT');
  }
}

interface Ports {
  readonly barePort: number;
  readonly stepPort: number;
  readonly seconds: number;
  readonly turns: Turns;
}

function contenders(
  url: string,
  page: Page,
  large: Page | undefined,
  { barePort, stepPort, seconds, turns }: Ports,
): Runs {
  const webhooks = (path: string, perSecond: number, perWebhook = 1) =>
    messengerWebhooks({ path, webhooks: perSecond * seconds, people: PEOPLE, perWebhook });
  const received = (by: Page, connections: number, posts: () => Post[]) =>
    turns.of(by, () => closedLoop(by.port, connections, posts()));
  const ordinary = (by: Page, connections: number) =>
    received(by, connections, () => webhooks(by.path, EXPECTED.parley));
  return {
    bare64: () => closedLoop(barePort, 64, webhooks('/', EXPECTED.bare)),
    parley64: () => ordinary(page, 64),
    parley256: () => ordinary(page, 256),
    ten64: async () => {
      const measured = await received(page, 64, () => webhooks(page.path, EXPECTED.ten, 10));
      return { ...measured, perSecond: measured.perSecond * 10 };
    },
    again64: () => received(page, 64, () => redelivered(webhooks(page.path, EXPECTED.parley))),
    strangers64: () =>
      received(page, 64, () =>
        withNewPeople({ path: page.path, webhooks: EXPECTED.strangers * seconds, people: PEOPLE }),
      ),
    ...(large && { large64: () => ordinary(large, 64) }),
    perStep64: () => closedLoop(stepPort, 64, webhooks('/', EXPECTED.perStep)),
    inserts32: () => singleRowInserts(url, 32, seconds),
    parley1: () => turns.of(page, () => alone(page.port, webhooks(page.path, EXPECTED.lone))),
    insert1: () => singleRowInserts(url, 1, seconds),
  };
}

function describe(round: Round): string {
  return Object.entries(round as unknown as Record<string, Measured>)
    .map(([name, { perSecond }]) => `${name} ${Math.round(perSecond)}/s`)
    .join(', ');
}
