import { randomBytes } from 'node:crypto';
import { openTestDatabase, type TestDatabase } from '#database';
import { eventually } from './support/eventually.js';
import { ADMIN, type RunningServer, ServerInside, ServerProcess } from './support/server.js';

/** Real: the built server, and a PostgreSQL that refuses it in the ways an operator's own one can. */
let test: TestDatabase;
let servers: RunningServer[];
beforeEach(async () => {
  servers = [];
  test = await openTestDatabase();
});
afterEach(async () => {
  for (const server of servers) await server.dispose();
  await test.close();
}, 60_000);

const kept = <Server extends RunningServer>(server: Server) => (servers.push(server), server);
const readyAt = (server: RunningServer) => fetch(`${server.url}/health/ready`);
const loseConnections = () =>
  test.database.rows(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
const logOf = ({ output }: RunningServer) =>
  output
    .slice(output.indexOf('is ready'))
    .split('\n')
    .filter((line) => line !== '' && !/^(is ready|  [A-Z])/.test(line));

it('a server that is not let in any more says so once, in its log alone, and is back within seconds', async () => {
  const role = `parley_${randomBytes(4).toString('hex')}`;
  await test.database.rows(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'canary'`);
  const url = Object.assign(new URL(test.url), { username: role, password: 'canary' });
  const server = kept(await ServerProcess.start({ databaseUrl: url.href }));
  await test.database.rows(`ALTER ROLE ${role} NOLOGIN`);
  await loseConnections();
  await eventually(() => /Worker exited with error/.test(server.output), 60_000, 'the jobs to give up');
  expect((await readyAt(server)).status).toBe(503);
  const call = await server.api.post<{ detail: string }>('/v1/auth/sessions', ADMIN);
  expect(call).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });

  await test.database.rows(`ALTER ROLE ${role} LOGIN`);
  await eventually(async () => (await readyAt(server)).status === 200, 6_000, 'to be let in again');
  const lines = logOf(server);
  for (const line of lines) expect(line).toMatch(/^\{.*\}$/);
  expect(lines.filter((line) => /"parley: the database does not let us in/.test(line))).toHaveLength(1);
  // Those whose connection was ended while they waited say so beside it.
  expect(lines.filter((line) => /No lanes could be claimed: role/.test(line))).toHaveLength(1);
  expect(server.output).not.toContain('canary');
  await server.dispose();
  servers.pop();
  await test.database.rows(`REASSIGN OWNED BY ${role} TO CURRENT_USER`);
  await test.database.rows(`DROP ROLE ${role}`);
}, 120_000);

it('a database that takes no writes is called so, by a server that runs and by one that starts', async () => {
  const server = kept(await ServerInside.start({ databaseUrl: test.url }));
  const name = new URL(test.url).pathname.slice(1);
  await test.database.rows(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await loseConnections();
  await eventually(async () => /standby/.test(await (await readyAt(server)).text()), 30_000, 'readiness to say so');
  const call = await server.api.post<{ detail: string }>('/v1/auth/sessions', ADMIN);
  expect(call).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
  expect(call.body.detail).toMatch(/takes no writes.* standby, or set to read-only/);
  await expect(ServerInside.start({ databaseUrl: test.url })).rejects.toThrow(/takes no writes/);
}, 120_000);

it('a server that may need more connections than there are says how many, and starts', async () => {
  const keys = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64') };
  const few = /opens up to (\d+) connections, and PostgreSQL has room for (\d+): raise max_connections/;
  const server = kept(await ServerInside.start({ databaseUrl: test.url, env: keys }));
  expect(server.output).not.toMatch(few);
  const [{ max }] = (await test.database.rows<{ max: number }>(
    `SELECT current_setting('max_connections')::int AS max`,
  )) as [{ max: number }];
  const env = { ...keys, PARLEY_POOL_SIZE: String(max), NODE_ROLE: 'web' };
  const large = kept(await ServerInside.start({ databaseUrl: test.url, env }));
  expect(few.exec(large.output)?.slice(1)).toEqual([String(max + 3), String(max)]);
}, 120_000);
