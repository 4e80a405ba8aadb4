import { createServer, connect, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { receivingOptions } from './data-source.js';
import { ReceivingDatabase } from './database.js';
import { rows } from './transaction.js';
import { sqlState } from './sql-state.js';
import { eventually } from './testing/eventually.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';
import { isUnavailable, leavesOutcomeOpen, OutcomeUnknown } from './unavailable.js';

/** A wire between us and the database that can freeze (bytes stay on the way) or be cut. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private server: Server;
  port = 0;

  /** What the database seems to say right after it is ready for the first query of a connection. */
  lastWords: Buffer | undefined;

  constructor(private readonly target: number) {}

  async open(port = 0): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(this.target, '127.0.0.1');
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => [near, far].forEach((end) => end.destroy()));
      }
      near.pipe(far).pipe(this.ending()).pipe(near);
    });
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    const address = this.server.address();
    this.port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  private ending(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        const isReady = this.lastWords && chunk.includes('Z\0\0\0\x05I');
        done(null, isReady ? Buffer.concat([chunk, this.lastWords!]) : chunk);
      },
    });
  }

  freeze(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let test: TestDatabase;
let wire: Wire;
let dataSource: DataSource;
let database: ReceivingDatabase;

beforeAll(() => void Logger.overrideLogger(false));
beforeAll(async () => (test = await openTestDatabase()));
afterAll(() => test.close());

beforeEach(async () => {
  const url = new URL(test.url);
  wire = new Wire(Number(url.port));
  await wire.open();
  url.port = String(wire.port);
  dataSource = new DataSource(receivingOptions({ url: url.href, poolSize: 2 }));
  await dataSource.initialize();
  database = new ReceivingDatabase(dataSource);
});
afterEach(async () => {
  await dataSource.destroy();
  await wire.cut();
});

const names = () => test.database.rows('SELECT name FROM settings ORDER BY name');
const insert = `INSERT INTO settings (name, value) VALUES ($1, '1')`;

it('sends statements that do not wait for each other together, in order, in one transaction', async () => {
  const answers = await database.transaction((tx) =>
    Promise.all([
      rows(tx, insert, ['pipelined']),
      rows(tx, { name: 'named', text: 'SELECT name FROM settings WHERE name = $1' }, ['pipelined']),
      rows(tx, 'SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS writing'),
    ]),
  );
  expect(answers).toEqual([[], [{ name: 'pipelined' }], [{ writing: true }]]);
  expect(await names()).toContainEqual({ name: 'pipelined' });
});

it('rolls all back when a statement in the middle fails, and the connection stays usable', async () => {
  const work = database.transaction((tx) =>
    Promise.all([rows(tx, insert, ['first']), rows(tx, 'SELECT 1/0'), rows(tx, insert, ['last'])]),
  );
  await expect(work).rejects.toThrow('division by zero');
  expect(await names()).not.toContainEqual({ name: 'first' });
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('prepares a named statement once, also when it is sent twice at once or its first use fails', async () => {
  const half = { name: 'half', text: 'SELECT 10 / $1::int AS half' };
  const failing = database.transaction((tx) => Promise.all([rows(tx, 'SELECT 1/0'), rows(tx, half, [5])]));
  await expect(failing).rejects.toThrow('division by zero');
  const answers = await database.transaction((tx) => Promise.all([rows(tx, half, [5]), rows(tx, half, [2])]));
  expect(answers).toEqual([[{ half: 2 }], [{ half: 5 }]]);
  expect(await database.rows(half, [1])).toEqual([{ half: 10 }]);
});

it('carries out statements that overlap in the order they were made, on one connection', async () => {
  const seen = { text: 'SELECT pg_backend_pid() AS pid, clock_timestamp()::text AS at, pg_sleep($1)' };
  type Seen = { readonly pid: number; readonly at: string };
  const answers = await Promise.all([0.2, 0.1, 0].map((seconds) => database.rows<Seen>(seen, [seconds])));
  const [first, ...others] = answers.map(([answer]) => answer!);
  expect(others.map(({ pid }) => pid)).toEqual([first!.pid, first!.pid]);
  expect([first!, ...others].map(({ at }) => at)).toEqual([first!, ...others].map(({ at }) => at).sort());
});

it('one of the overlapping statements fails alone', async () => {
  const [before, failed, after] = await Promise.allSettled([
    database.rows(insert, ['before']),
    database.rows('SELECT 1/0'),
    database.rows(insert, ['after']),
  ]);
  expect([before.status, failed.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await names()).toEqual(expect.arrayContaining([{ name: 'before' }, { name: 'after' }]));
});

it('gives a transaction its turn between statements that overlap without end, where there is one connection', async () => {
  const one = new DataSource(receivingOptions({ url: test.url, poolSize: 1 }));
  await one.initialize();
  const receiving = new ReceivingDatabase(one);
  let over = false;
  const again = async (): Promise<void> => {
    while (!over) await receiving.rows('SELECT pg_sleep(0.01)');
  };
  const overlapping = [again(), again(), again()];
  try {
    await receiving.commit(async (tx) => {
      await rows(tx, insert, ['between']);
      return () => [];
    });
    expect(await names()).toContainEqual({ name: 'between' });
  } finally {
    over = true;
    await Promise.all(overlapping);
    await one.destroy();
  }
}, 20_000);

it('leaves a lost connection to those who were on it: the next call takes another', async () => {
  const lost = ['SELECT pg_terminate_backend(pg_backend_pid())', 'SELECT pg_sleep(0)'].map((text) =>
    database.rows(text).catch(isUnavailable),
  );
  expect(await Promise.all(lost)).toEqual([true, true]);
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('turns a frozen database into an error within five seconds, and recovers when it answers again', async () => {
  wire.freeze();
  const began = Date.now();
  const error: unknown = await database
    .transaction((tx) => rows(tx, insert, ['frozen']))
    .catch((reason: unknown) => reason);
  expect(Date.now() - began).toBeLessThan(process.env.PARLEY_TEST_TIMING === 'strict' ? 5_000 : 25_000);
  expect(isUnavailable(error)).toBe(true);
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('a connection that is lost during COMMIT leaves the outcome open, and before it does not', async () => {
  const during = database.transaction(async (tx) => {
    await rows(tx, insert, ['lost while committing']);
    wire.freeze();
  });
  await expect(during).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(isUnavailable(await during.catch((reason: unknown) => reason))).toBe(true);
  const before = database.transaction((tx) => rows(tx, 'SELECT pg_terminate_backend(pg_backend_pid())'));
  await expect(before).rejects.not.toBeInstanceOf(OutcomeUnknown);
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('what COMMIT refuses is no open outcome', async () => {
  await test.database.rows(`CREATE TABLE parents (id int PRIMARY KEY)`);
  await test.database.rows(`CREATE TABLE children (id int REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`);
  const refused: unknown = await database
    .transaction((tx) => rows(tx, 'INSERT INTO children VALUES (1)'))
    .catch((reason: unknown) => reason);
  expect(sqlState(refused)).toBe('23503');
});

it('survives a lost database and recovers by itself', async () => {
  const { port } = wire;
  await wire.cut();
  const error: unknown = await database.rows('SELECT 1').catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  await wire.open(port);
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('survives connections that the server ends while they are idle and while they work', async () => {
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parley-receiving'`;
  let ended: unknown;
  void database.rows('SELECT pg_sleep(30)').catch((reason: unknown) => (ended = reason));
  // To the end of each: one still under way would end the next connection too.
  await eventually(async () => {
    await test.database.rows(kill);
    return ended !== undefined;
  });
  expect(isUnavailable(ended)).toBe(true);
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await test.database.rows(kill);
  const first: unknown = await database.rows('SELECT 1 AS one').catch((reason: unknown) => reason);
  if (!Array.isArray(first)) expect(isUnavailable(first)).toBe(true);
  expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('what was not committed because the connection had ended before may be tried again, and is no open outcome', async () => {
  const failure: unknown = await database
    .transaction(async (tx) => {
      const [{ pid } = { pid: 0 }] = await rows<{ pid: number }>(tx, 'SELECT pg_backend_pid() AS pid');
      await rows(tx, insert, ['never']);
      await test.database.rows('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(() => tx.queryRunner!.isReleased);
    })
    .catch((reason: unknown) => reason);
  expect(failure).toMatchObject({ message: expect.stringContaining('already released') as string });
  expect([isUnavailable(failure), leavesOutcomeOpen(failure)]).toEqual([true, false]);
  expect(await names()).not.toContainEqual({ name: 'never' });
});

it('tells what may pass from what is wrong with the data', async () => {
  const verdict = (sql: string) => database.rows(sql).then(() => undefined, isUnavailable);
  expect(await verdict('SELECT 1/0')).toBe(false);
  expect(await verdict(`SELECT 'x'::int`)).toBe(false);
  expect(isUnavailable(Object.assign(new Error('disk'), { code: '53100' }))).toBe(true);
  expect(isUnavailable(new Error('whatever'))).toBe(false);
});

it('survives a connection that is ended in the moment it begins', async () => {
  const said = Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(said.length + 4, 1);
  wire.lastWords = Buffer.concat([head, said]);
  const asked = () => Promise.allSettled([1, 2].map(() => dataSource.query('SELECT pg_sleep(0.05)')));
  expect((await asked()).some(({ status }) => status === 'rejected')).toBe(true);
  wire.lastWords = undefined;
  await asked();
  expect((await asked()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});
