import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { openTestDatabase } from '#database';
import { eventually } from './support/eventually.js';
import { ServerInside } from './support/server.js';
import { TcpSwitch } from './support/tcp-switch.js';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close();
}, 120_000);

/** Real: the built server, PostgreSQL, sockets. Stand-in: what listens in the database's place and says nothing yet. */
it('a database that is slow to answer is waited for at the start', async () => {
  const database = await openTestDatabase();
  opened.push(() => database.close());
  let calls = 0;
  // It reads, and so hears that a caller has gone: what is not read keeps its socket open after the test.
  const silent = createServer((socket) => void (socket.on('error', () => undefined).resume(), (calls += 1)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  opened.push(() => silent.close());
  const wire = await TcpSwitch.to(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  opened.push(() => wire.close());
  const url = new URL(database.url);
  url.port = String(wire.port);

  const starting = ServerInside.start({ databaseUrl: url.href });
  opened.push(() =>
    starting.then(
      (server) => server.dispose(),
      () => undefined,
    ),
  );
  await eventually(() => calls > 1, 60_000, 'a second try');
  wire.point(database.url);
  const server = await starting;
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  expect(server.output).toContain('the database does not answer yet');
}, 120_000);
