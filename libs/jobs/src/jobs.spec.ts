import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Database, DatabaseModule, eventually, openTestDatabase, type TestDatabase } from '#database';
import { type EnqueueOptions, Jobs } from './jobs.js';
import { JobsModule, type JobsOptions } from './jobs.module.js';
import { jobsSchema } from './schema.js';

const QUICK = { ttlMs: 300, beatMs: 100 };
let test: TestDatabase;
let nodes: INestApplicationContext[];
let warnings: string[];

beforeEach(async () => {
  test = await openTestDatabase([], [jobsSchema]);
  nodes = [];
  warnings = [];
});
afterEach(async () => {
  for (const node of nodes) await node.close();
  await test.close();
});

const note = (message: unknown) => void warnings.push(String(message));

async function boot(define: (jobs: Jobs) => void = () => undefined, options: Partial<JobsOptions> = {}) {
  const { url } = test;
  const keys = [Buffer.alloc(32, 7).toString('base64')];
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url, poolSize: 1, receivingPoolSize: 1, keys }),
      JobsModule.forRoot({ url, enabled: true, concurrency: 2, lifeTimes: QUICK, ...options }),
    ],
  })
    .setLogger({ log: () => undefined, warn: note, error: note })
    .compile();
  define(module.get(Jobs));
  await module.init();
  nodes.push(module);
  return module;
}

function enqueue(node: INestApplicationContext, ...parameters: [string, object[], EnqueueOptions<object>?]) {
  return node.get(Database).transaction((tx) => node.get(Jobs).enqueue(tx, ...parameters));
}

const waiting = () =>
  test.database.rows<{ name: string }>('SELECT task_identifier AS name FROM graphile_worker.jobs ORDER BY id');

it('runs what was committed, never what was rolled back', async () => {
  const seen: unknown[] = [];
  const node = await boot((jobs) => jobs.define('greet', (payload) => Promise.resolve(void seen.push(payload))));
  const rolledBack = node.get(Database).transaction(async (tx) => {
    await node.get(Jobs).enqueue(tx, 'greet', [{ who: 'nobody' }]);
    throw new Error('changed my mind');
  });
  await expect(rolledBack).rejects.toThrow('changed my mind');
  await enqueue(node, 'greet', [{ who: 'Ann' }, { who: 'Bob' }]);
  await eventually(async () => seen.length >= 2 && (await waiting()).length === 0);
  expect(seen).toEqual(expect.arrayContaining([{ who: 'Ann' }, { who: 'Bob' }]));
  expect(seen).toHaveLength(2);
});

it('keeps one waiting job per key, also within one call', async () => {
  const node = await boot(undefined, { enabled: false });
  await enqueue(node, 'profile', [{ n: 1 }, { n: 2 }], { jobKey: () => 'same' });
  await enqueue(node, 'profile', [{ n: 3 }], { jobKey: () => 'same' });
  expect(await waiting()).toHaveLength(1);
});

it('only enqueues where workers are not enabled', async () => {
  const web = await boot((jobs) => jobs.define('greet', () => Promise.reject(new Error('ran on web'))), {
    enabled: false,
  });
  await enqueue(web, 'greet', [{}]);
  const seen: unknown[] = [];
  await boot((jobs) => jobs.define('greet', (payload) => Promise.resolve(void seen.push(payload))));
  await eventually(() => seen.length === 1);
});

it('tries a failed job again later, and reports it by id without quoting the error', async () => {
  const secret = randomBytes(8).toString('hex');
  const node = await boot((jobs) => jobs.define('fragile', () => Promise.reject(new Error(secret))));
  await enqueue(node, 'fragile', [{}]);
  await eventually(() => warnings.some((line) => /^job \d+ \(fragile\) failed, attempt 1 of 25$/.test(line)));
  await eventually(async () => {
    const [job] = await test.database.rows<{ again: boolean }>(
      'SELECT run_at > now() AND locked_by IS NULL AS again FROM graphile_worker.jobs',
    );
    return job?.again === true;
  });
  expect(warnings.join()).not.toContain(secret);
});

it.each([0, 4, 8, 12, 16, 20])('goes on after losing all connections %i ms after its start', async (ms) => {
  const seen: unknown[] = [];
  const node = await boot((jobs) => jobs.define('greet', (payload) => Promise.resolve(void seen.push(payload))));
  await enqueue(node, 'greet', [{ n: 1 }]);
  await sleep(ms);
  await test.database.rows(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'parley-jobs-prompt' AND datname = current_database()`,
  );
  await enqueue(node, 'greet', [{ n: 2 }]);
  await eventually(() => new Set(seen.map((payload) => JSON.stringify(payload))).size === 2);
});

it('tries again only what failed of a payload with several elements', async () => {
  const seen: unknown[] = [];
  const node = await boot((jobs) =>
    jobs.define('greet', (payload) => {
      seen.push(payload);
      const isFirst = seen.length === 1;
      return Promise.resolve(
        (payload as string[]).map((who) =>
          isFirst && who !== 'Bob' ? Promise.reject(new Error('away')) : Promise.resolve(),
        ),
      );
    }),
  );
  await enqueue(node, 'greet', [['Ann', 'Bob', 'Cid']]);
  await eventually(async () => seen.length >= 2 && (await waiting()).length === 0);
  expect(seen).toEqual([
    ['Ann', 'Bob', 'Cid'],
    ['Ann', 'Cid'],
  ]);
  expect(warnings.filter((line) => line.includes('away'))).toEqual([]);
});

it('stays idle where nothing is defined', async () => {
  const node = await boot();
  await enqueue(node, 'unknown', [{}]);
  expect(await waiting()).toHaveLength(1);
  expect(warnings).toEqual([]);
});

it('takes over the jobs of a node that died, and leaves those of the living alone', async () => {
  let release = (): void => undefined;
  let running = 0;
  const held = new Promise<void>((resolve) => (release = resolve));
  const node = await boot((jobs) => {
    jobs.define('slow', async () => {
      running++;
      await held;
    });
    jobs.define('orphan', () => Promise.resolve(void running++));
  });
  await enqueue(node, 'slow', [{}]);
  await eventually(() => running === 1);
  await plantOrphan(node, 'worker-dead');
  await eventually(() => running === 2);
  await eventually(async () => (await lockedForMs()) > 3 * QUICK.ttlMs);
  await plantOrphan(node, 'worker-dead');
  await eventually(() => running === 3);
  expect(await waiting()).toContainEqual({ name: 'slow' });
  expect(running).toBe(3);
  release();
});

it('leaves a job to its second try, however short ago the first one failed', async () => {
  let release = (): void => undefined;
  let runs = 0;
  const held = new Promise<void>((resolve) => (release = resolve));
  const define = (jobs: Jobs) => {
    jobs.define('fragile', async () => {
      if (++runs === 1) throw new Error('not yet');
      await held;
    });
    jobs.define('nudge', () => Promise.resolve());
  };
  const node = await boot(define, { lifeTimes: { ttlMs: 1_500, beatMs: 100 } });
  await enqueue(node, 'fragile', [{}]);
  await eventually(async () => {
    const due = `UPDATE graphile_worker._private_jobs SET run_at = now() WHERE attempts = 1 AND locked_by IS NULL RETURNING id`;
    return (await test.database.rows(due)).length > 0;
  });
  await enqueue(node, 'nudge', [{}]);
  await eventually(() => runs === 2);
  await sleep(4_000);
  expect(runs).toBe(2);
  release();
});

it('finds a job again that it took without hearing of it because the connection was lost', async () => {
  let runs = 0;
  const node = await boot((jobs) => jobs.define('orphan', () => Promise.resolve(void runs++)));
  const ours = () =>
    test.database.row<{ id: string }>(`SELECT split_part(name, '/', 2) AS id FROM leases WHERE name LIKE 'jobs-%'`);
  await eventually(async () => (await ours()) !== undefined);
  await plantOrphan(node, (await ours())!.id);
  await eventually(() => runs === 1);
});

/** A job that `holder` took an hour ago and does not run. */
function plantOrphan(node: INestApplicationContext, holder: string): Promise<void> {
  return node.get(Database).transaction(async (tx) => {
    await node.get(Jobs).enqueue(tx, 'orphan', [{}]);
    await tx.query(
      `UPDATE graphile_worker._private_jobs SET locked_by = $1, locked_at = now() - interval '1 hour'
       WHERE locked_by IS NULL`,
      [holder],
    );
  });
}

async function lockedForMs(): Promise<number> {
  const [job] = await test.database.rows<{ ms: string }>(
    `SELECT extract(epoch FROM clock_timestamp() - locked_at) * 1000 AS ms FROM graphile_worker.jobs
     WHERE task_identifier = 'slow'`,
  );
  return Number(job?.ms);
}

it('lets running jobs finish at shutdown', async () => {
  let finish = (): void => undefined;
  let state = 'waiting';
  const node = await boot((jobs) =>
    jobs.define('slow', async () => {
      state = 'running';
      await new Promise<void>((resolve) => (finish = resolve));
      state = 'finished';
    }),
  );
  await enqueue(node, 'slow', [{}]);
  await eventually(() => state === 'running');
  const closing = node.close();
  nodes = [];
  finish();
  await closing;
  expect(state).toBe('finished');
  expect(await waiting()).toEqual([]);
});

it('registers schedules once for the whole fleet', async () => {
  const nightly = (jobs: Jobs) => jobs.schedule('nightly', '17 3 * * *', () => Promise.resolve());
  await Promise.all([boot(nightly), boot(nightly)]);
  const known = () => test.database.rows('SELECT identifier FROM graphile_worker._private_known_crontabs');
  await eventually(async () => (await known()).length > 0);
  expect(await known()).toEqual([{ identifier: 'nightly' }]);
});

it('refuses definitions that come too late or twice', async () => {
  const node = await boot((jobs) => jobs.define('once', () => Promise.resolve()));
  expect(() => node.get(Jobs).define('late', () => Promise.resolve())).toThrow('onModuleInit');
  const jobs = new Jobs();
  jobs.define('once', () => Promise.resolve());
  expect(() => jobs.define('once', () => Promise.resolve())).toThrow('twice');
});

it('prompt jobs never wait for slow ones', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const ran: string[] = [];
  const node = await boot((jobs) => {
    jobs.define('download', () => held, 'slow');
    jobs.define('answer', () => Promise.resolve(void ran.push('answer')));
  });
  await enqueue(
    node,
    'download',
    Array.from({ length: 20 }, () => ({})),
  );
  await enqueue(node, 'answer', [{}]);
  await eventually(() => ran.length === 1);
  release();
});

it('what yields is done when nothing else waits, however long it has waited', async () => {
  const ran: string[] = [];
  const define = (jobs: Jobs) => {
    for (const name of ['file', 'action']) jobs.define(name, () => Promise.resolve(void ran.push(name)), 'slow');
  };
  const node = await boot(undefined, { enabled: false });
  await enqueue(node, 'file', [{}, {}], { yields: true });
  await enqueue(node, 'action', [{}]);
  await boot(define, { concurrency: 1 });
  await eventually(() => ran.length === 3);
  expect(ran).toEqual(['action', 'file', 'file']);
});
