import { openTestDatabase, type TestDatabase } from '#database';
import { ServerInside } from '../support/server.js';
import { TcpSwitch } from '../support/tcp-switch.js';

/** Real: the built server, PostgreSQL, sockets. Stand-in: a switch between the two, which leads nowhere in the end. */
let database: TestDatabase;
let wire: TcpSwitch;
let server: ServerInside;

beforeAll(async () => {
  database = await openTestDatabase();
  wire = await TcpSwitch.to(database.url);
  const url = new URL(database.url);
  url.port = String(wire.port);
  server = await ServerInside.start({ databaseUrl: url.href });
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await wire?.close();
  await database?.close();
});

it('webhook calls while the database is away are answered 503, and fill no log', async () => {
  wire.point('http://127.0.0.1:1');
  while (wire.open > 0) wire.cutOne();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      fetch(`${server.url}/webhooks/telegram/nobody-knows-this-key-${n}`, { method: 'POST', body: '{}' }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  const lines = server.output.split('\n').filter((line) => line.includes('"context":"WebhookDoor"'));
  expect(lines.length).toBeLessThan(20);
  expect(lines[0]).toContain('webhook calls were not taken: ');
}, 60_000);
