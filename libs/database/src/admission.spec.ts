import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { Database } from './database.js';
import { eventually } from './testing/eventually.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';
import { isUnavailable } from './unavailable.js';

/** Real: PostgreSQL, a role of its own that loses and gets back its right to log in, and a wire that counts connections. */
const role = `visitor_${randomBytes(4).toString('hex')}`;
let test: TestDatabase;
let wire: Server;
let connections = 0;
let said: string[];
let dataSource: DataSource;

beforeAll(async () => {
  test = await openTestDatabase();
  await test.database.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
  const { port } = new URL(test.url);
  wire = createServer((near) => {
    connections += 1;
    const far = connect(Number(port), '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((end) => end.destroy()));
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
});
afterAll(async () => {
  wire.close();
  await test.database.rows(`DROP ROLE ${role}`);
  await test.close();
});

beforeEach(async () => {
  said = [];
  const note = (message: unknown) => void said.push(String(message));
  Logger.overrideLogger({ log: note, warn: note, error: note });
  const url = new URL(test.url);
  Object.assign(url, { port: String((wire.address() as AddressInfo).port), username: role, password: 'canary' });
  dataSource = await new DataSource(dataSourceOptions({ url: url.href, poolSize: 3 })).initialize();
});
afterEach(async () => {
  Logger.overrideLogger(false);
  await dataSource.destroy();
});

async function throwOut(): Promise<void> {
  await test.database.rows(`ALTER ROLE ${role} NOLOGIN`);
  await test.database.rows('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [role]);
}

it('knocks seldom where the server does not let it in, says so once, and comes back soon', async () => {
  const database = new Database(dataSource);
  const ask = () =>
    database.rows('SELECT 1').then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(await ask()).toBeUndefined();
  await throwOut();
  await eventually(async () => /not permitted to log in/.test(String(await ask())));
  const before = connections;
  const answers = await Promise.all(Array.from({ length: 100 }, ask));
  for (let more = 0; more < 100; more++) answers.push(await ask());
  expect(connections - before).toBeLessThan(8);
  expect(answers.every((error) => /not permitted to log in/.test(String(error)) && isUnavailable(error))).toBe(true);

  await test.database.rows(`ALTER ROLE ${role} LOGIN`);
  await eventually(async () => (await ask()) === undefined, 5_000);
  expect(said.filter((line) => /does not let us in/.test(line))).toHaveLength(1);
  expect(said.filter((line) => /lets us in again/.test(line))).toHaveLength(1);
  expect(said.join()).not.toContain('canary');
});
