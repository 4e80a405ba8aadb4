import { openTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { PlacesOfWaitingChats1763800000024 } from './1763800000024-places-of-waiting-chats.js';

let test: TestDatabase;
beforeAll(async () => (test = await openTestDatabase()));
afterAll(() => test.close());

const id = (number: number) => `0190a0a0-0000-7000-8000-00000000000${number}`;

it('who waits without a place gets the one of when the chat was given back; all others keep theirs', async () => {
  const { database, dataSource } = test;
  await database.rows(`INSERT INTO queues (id, name) VALUES ('${id(1)}', 'Sales')`);
  await database.rows(`INSERT INTO channels (id, messenger, source, name, queue_id)
    VALUES ('${id(1)}', 'telegram', '1', 'Bot', '${id(1)}')`);
  await database.rows(`INSERT INTO users (id, email, name, password_hash, role)
    VALUES ('${id(1)}', 'a@example.com', 'Anna', '', 'agent')`);
  await database.rows(`INSERT INTO identities (id, messenger, scope, external_id)
    SELECT format('${id(0).slice(0, -1)}%s', n)::uuid, 'telegram', '', n FROM generate_series(1, 3) n`);
  await database.rows(`INSERT INTO chats (id, channel_id, identity_id, queue_id, status, agent_id, opened_at, waiting_since)
    SELECT i.id, '${id(1)}', i.id, '${id(1)}', s.status, s.agent::uuid, '2026-01-01T08:00:00Z', s.since::timestamptz
    FROM identities i JOIN (VALUES ('1', 'waiting', NULL, NULL), ('2', 'waiting', NULL, '2026-01-01T09:00:00Z'),
      ('3', 'in_progress', '${id(1)}', NULL)) AS s (who, status, agent, since) ON s.who = i.external_id`);
  await database.rows(`INSERT INTO chat_ownerships (chat_id, agent_id, began_at, ended_at)
    VALUES ('${id(1)}', '${id(1)}', '2026-01-01T08:00:00Z', '2026-01-01T10:00:00Z')`);
  const runner = dataSource.createQueryRunner();
  await new PlacesOfWaitingChats1763800000024().up(runner).finally(() => runner.release());
  const chats = await database.rows<{ since: Date | null }>('SELECT waiting_since AS since FROM chats ORDER BY id');
  expect(chats.map(({ since }) => since)).toEqual([
    new Date('2026-01-01T10:00:00Z'),
    new Date('2026-01-01T09:00:00Z'),
    null,
  ]);
});
