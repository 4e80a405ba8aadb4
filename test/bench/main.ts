import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { migrate, openEmbeddedPostgres } from '#database';
import { checkStored } from './check-stored.js';
import { hasPgbench, prepareInserts, singleRowInserts } from './inserts.js';
import { alone, closedLoop } from './load.js';
import { connectPage } from './page.js';
import { freePort, startProgram, stopProgram } from './processes.js';
import { measureReading } from './reading/reading.js';
import { report, type Measured, type Round } from './report.js';
import { messengerWebhooks } from './webhooks.js';

const quick = process.argv.includes('--quick');
/** Lists and counts alone, without the receiving path. */
const onlyReading = process.argv.includes('--only-reading');
/** A directory with the large data, or where it is to be made. */
const large = process.argv.includes('--large') ? process.argv[process.argv.indexOf('--large') + 1] : undefined;
const ROUNDS = quick ? 4 : 7;
const SECONDS = quick ? 2 : 4;
const PEOPLE = 2_000;
/** About as many requests as fill `SECONDS`, by what such machines were seen to do. */
const EXPECTED = { bare: 8_000, parley: 4_000, perStep: 450, lone: 400 };

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  try {
    if (!onlyReading) await measureReceiving(dataDir);
    await measureReading({ dataDir, large, quick, say });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureReceiving(dataDir: string): Promise<void> {
  const embedded = process.env.DATABASE_URL
    ? undefined
    : await openEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: () => undefined });
  const url = process.env.DATABASE_URL ?? embedded!.url;
  try {
    say(`${embedded ? 'embedded' : 'external'} PostgreSQL, inserts by ${hasPgbench() ? 'pgbench' : 'our own loop'}`);
    await migrate(url);
    await measure(url, dataDir);
  } finally {
    await embedded?.stop();
  }
}

async function measure(url: string, dataDir: string): Promise<void> {
  const parley = await connectPage(url, dataDir);
  const barePort = await freePort();
  const stepPort = await freePort();
  const bare = await startProgram(new URL('./bare-server.js', import.meta.url), [String(barePort)], {}, barePort);
  const perStep = await startProgram(
    new URL('./repository-per-step.js', import.meta.url),
    [String(stepPort), url],
    {},
    stepPort,
  );
  try {
    await prepareInserts(url);
    const webhooks = (path: string, perSecond: number) =>
      messengerWebhooks({ path, webhooks: perSecond * SECONDS, people: PEOPLE });
    const load = (port: number, path: string, perSecond: number) => closedLoop(port, 64, webhooks(path, perSecond));
    const runs: Record<keyof Round, () => Promise<Measured>> = {
      bare64: () => load(barePort, '/', EXPECTED.bare),
      parley64: () => load(parley.port, parley.path, EXPECTED.parley),
      perStep64: () => load(stepPort, '/', EXPECTED.perStep),
      inserts32: () => singleRowInserts(url, 32, SECONDS),
      parley1: () => alone(parley.port, webhooks(parley.path, EXPECTED.lone)),
      insert1: () => singleRowInserts(url, 1, SECONDS),
    };
    const rounds: Round[] = [];
    for (let number = 0; number < ROUNDS; number++) {
      const order = Object.keys(runs) as (keyof Round)[];
      const results = new Map<keyof Round, Measured>();
      for (const name of number % 2 ? order.reverse() : order) results.set(name, await runs[name]());
      const round = Object.fromEntries(results) as unknown as Round;
      rounds.push(round);
      say(`round ${number}${number === 0 ? ' (dropped)' : ''}: ${describe(round)}`);
    }
    say(await checkStored(url));
    report(rounds.slice(1), say);
  } finally {
    await Promise.all([stopProgram(bare), stopProgram(perStep), parley.stop()]);
  }
}

function describe(round: Round): string {
  return Object.entries(round as unknown as Record<string, Measured>)
    .map(([name, { perSecond }]) => `${name} ${Math.round(perSecond)}/s`)
    .join(', ');
}

await main();
