import { openTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { WebhookActivity1763800000032 } from './1763800000032-webhook-activity.js';

let test: TestDatabase;
beforeAll(async () => (test = await openTestDatabase()));
afterAll(() => test.close());

const id = (number: number) => `0190a0a0-0000-7000-8000-00000000000${number}`;

it('endpoints keep what they were told from, by the clock; where the log is read anew they hear nothing of before', async () => {
  const { database, dataSource } = test;
  const runner = dataSource.createQueryRunner();
  const migration = new WebhookActivity1763800000032();
  await migration.down(runner);
  const happens = (at: string) =>
    database.rows(`INSERT INTO events (type, at, audience, data) VALUES ('chat.closed', $1, '{}', '{}') RETURNING id`, [
      at,
    ]);
  await happens('2026-01-01T09:00:00Z');
  await happens('2026-01-01T11:00:00Z');
  await database.rows(
    `INSERT INTO webhook_endpoints (id, url, secret, active, active_since) VALUES
       ($1, '', '', true, '2026-01-01T08:00:00Z'), ($2, '', '', true, '2026-01-01T10:00:00Z'),
       ($3, '', '', false, '2026-01-01T08:00:00Z')`,
    [id(1), id(2), id(3)],
  );
  await migration.up(runner).finally(() => runner.release());
  await happens('2026-01-01T07:00:00Z');
  const heard = await database.rows(
    `SELECT a.endpoint_id AS id, array_agg(to_char(e.at AT TIME ZONE 'UTC', 'HH24') ORDER BY e.id) AS hours
     FROM webhook_activity a, events e
     WHERE a.ended IS NULL AND (e.id > a.began_behind OR NOT pg_visible_in_snapshot(e.txid, a.began)) GROUP BY 1 ORDER BY 1`,
  );
  expect(heard).toEqual([
    { id: id(1), hours: ['09', '11', '07'] },
    { id: id(2), hours: ['11', '07'] },
  ]);
});
