import { randomBytes } from 'node:crypto';
import { Module, type Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { Database, DatabaseModule, newId, openTestDatabase, rows, type TestDatabase } from '#database';
import { AudienceQueues, EventLog, EventReadingModule } from '#events';
import type { Caller } from '#identity';
import { JobsModule, jobsSchema } from '#jobs';
import { GuardedHttp } from '#messenger-kit';
import { DeliveryRepository } from './delivery.repository.js';
import { Dispatcher } from './dispatcher.js';
import { Endpoints } from './endpoints.js';
import { WebhooksModule } from './webhooks.module.js';

/** Real: PostgreSQL, the log of events. Nobody delivers: the log is turned into deliveries when the test says so. */
const HOUR_MS = 3_600_000;
const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
const http = new GuardedHttp();
let storage: TestDatabase;
let house: { get: <T>(room: Type<T>) => T; close: () => Promise<void> };
let database: Database;

const outside = [
  { provide: GuardedHttp, useValue: http },
  { provide: AudienceQueues, useValue: { of: () => Promise.resolve(new Map()) } },
];

@Module({ providers: outside, exports: outside.map(({ provide }) => provide) })
class Outside {}

beforeAll(async () => {
  storage = await openTestDatabase([], [jobsSchema]);
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({
        url: storage.url,
        poolSize: 10,
        receivingPoolSize: 1,
        keys: [randomBytes(32).toString('base64')],
      }),
      JobsModule.forRoot({ url: storage.url, enabled: false, concurrency: 1 }),
      { module: Outside, global: true },
      ApiKitModule,
      EventReadingModule.forRoot(),
      WebhooksModule.forRoot({ deliver: false }),
    ],
  }).compile();
  const app = module.createNestApplication(new FastifyAdapter());
  await app.init();
  house = { get: (room) => module.get(room, { strict: false }), close: () => app.close() };
  database = house.get(Database);
});
afterAll(async () => {
  await house.close();
  await http.close();
  await storage.close();
});
afterEach(() => database.rows('DELETE FROM webhook_endpoints'));

const anEndpoint = async () =>
  (await house.get(Endpoints).create(admin, undefined, { url: 'https://example.com/' })).id;
const pause = (id: string) => house.get(Endpoints).update(id, { active: false });
const resume = (id: string) => house.get(Endpoints).update(id, { active: true });

/** By a node whose clock goes wrong by so much. */
async function happens(name: string, wrongMs = 0, during: () => Promise<unknown> = () => Promise.resolve()) {
  const event = {
    type: 'contact.changed' as const,
    at: new Date(Date.now() + wrongMs),
    audience: {},
    data: { contactId: newId(), name },
  };
  await database.transaction(async (tx) => {
    await house.get(EventLog).record(tx, [event]);
    await during();
  });
}

/** What an endpoint is told of all that has happened. */
async function toldTo(endpointId: string): Promise<string[]> {
  while (await house.get(Dispatcher).dispatch());
  const made = await database.rows<{ name: string }>(
    `SELECT body::json -> 'data' ->> 'name' AS name FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY event_number`,
    [endpointId],
  );
  return made.map(({ name }) => name);
}

it.each([
  ['behind', -HOUR_MS],
  ['ahead', HOUR_MS],
])('is told what happens from when it was made, also by a node whose clock is %s', async (_, wrongMs) => {
  await anEndpoint();
  await happens('before', wrongMs);
  const endpoint = await anEndpoint();
  await happens('after', wrongMs);
  expect(await toldTo(endpoint)).toEqual(['after']);
});

it('is told what was under way when it was made', async () => {
  const other = await anEndpoint();
  let endpoint = '';
  await happens('under way', 0, async () => {
    endpoint = await anEndpoint();
    await happens('meanwhile');
  });
  expect(await toldTo(endpoint)).toEqual(['under way', 'meanwhile']);
  expect(await toldTo(other)).toEqual(['under way', 'meanwhile']);
});

it.each([0, -HOUR_MS, HOUR_MS])(
  'is told what happened before it was paused, and not what happens until it goes on (a clock wrong by %i ms)',
  async (wrongMs) => {
    const endpoint = await anEndpoint();
    for (const time of ['first', 'second']) {
      await happens(`${time} time`, wrongMs);
      await pause(endpoint);
      await happens(`${time} pause`, wrongMs);
      await resume(endpoint);
    }
    await happens('now', wrongMs);
    expect(await toldTo(endpoint)).toEqual(['first time', 'second time', 'now']);
  },
);

it('what happened before a pause is kept for when it goes on, though nobody else is told anything', async () => {
  const endpoint = await anEndpoint();
  await happens('before');
  await pause(endpoint);
  expect(await toldTo(endpoint)).toEqual(['before']);
  await resume(endpoint);
  expect(await toldTo(endpoint)).toEqual(['before']);
});

it('changing what is active already, or paused, changes nothing', async () => {
  const endpoint = await anEndpoint();
  await resume(endpoint);
  await happens('before');
  await pause(endpoint);
  await happens('paused');
  await pause(endpoint);
  expect(await toldTo(endpoint)).toEqual(['before']);
});

it.each([
  ['lower', '9000000000'],
  ['higher', '3'],
])('in a cluster with %s numbers of transactions it is told what happens, and nothing of before', async (_, then) => {
  const witness = await anEndpoint();
  await happens('before');
  const [endpoint, paused] = [await anEndpoint(), await anEndpoint()];
  await happens('dumped');
  await pause(paused);
  // What a dump brings into another cluster: the numbers that were, and events of the log's beginning.
  const moved = (column: string) =>
    `UPDATE webhook_activity SET ${column} = '${then}:${then}:' WHERE ${column} IS NOT NULL`;
  for (const column of ['began', 'ended']) await database.rows(moved(column));
  await database.rows(`UPDATE events SET txid = '1'`);
  await database.rows(`UPDATE settings SET value = value || $1 WHERE name = 'events.epoch'`, [{ id: newId() }]);
  await happens('after');
  expect(await toldTo(endpoint)).toEqual(['dumped', 'after']);
  expect(await toldTo(paused)).toEqual(['dumped']);
  expect(await toldTo(witness)).toEqual(expect.arrayContaining(['before', 'dumped', 'after']));
});

it('what was known of pauses is forgotten with the deliveries of their time', async () => {
  const endpoint = await anEndpoint();
  await pause(endpoint);
  await resume(endpoint);
  const kept = async () => (await database.rows('SELECT FROM webhook_activity')).length;
  await house.get(DeliveryRepository).forget(8);
  expect(await kept()).toBe(2);
  await database.rows(`UPDATE webhook_activity SET ended_at = ended_at - interval '9 days'`);
  await house.get(DeliveryRepository).forget(8);
  expect(await kept()).toBe(1);
  await happens('now');
  expect(await toldTo(endpoint)).toEqual(['now']);
});

it('is active from one place of the log on only', async () => {
  const endpoint = await anEndpoint();
  const twice = database.transaction((tx) =>
    rows(tx, `INSERT INTO webhook_activity (endpoint_id, began, began_behind) SELECT $1, pg_current_snapshot(), 0`, [
      endpoint,
    ]),
  );
  await expect(twice).rejects.toMatchObject({ code: '23505' });
});
