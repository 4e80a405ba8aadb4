import { newId, rows } from '#database';
import { SearchIndexRepository } from '../../search/search-index.repository.js';
import { openSearchHouse, type SearchHouse } from '../../search/testing/search-house.js';
import { EraseDeliveries, EraseEvents, EraseWords } from './erase-traces.js';
import { TracesRepository } from './traces.repository.js';

/** Real: PostgreSQL, transactions that overlap. */
let house: SearchHouse;
let traces: TracesRepository;
beforeAll(async () => {
  house = await openSearchHouse();
  traces = new TracesRepository(house.database);
});
afterAll(() => house.close());

async function aPerson() {
  const { id: agentId } = await house.anAgent();
  const chat = await house.aChat({ agentId, status: 'closed' });
  const [person] = await house.database.rows<{ identityId: string; contactId: string }>(
    `SELECT i.id AS "identityId", i.contact_id AS "contactId" FROM chats c JOIN identities i ON i.id = c.identity_id
     WHERE c.id = $1`,
    [chat],
  );
  const { identityId, contactId } = person!;
  return { chat, agentId, erased: { identityIds: [identityId], contactIds: [contactId], known: [] } };
}

it('takes along the words that are just being copied, and who held the chat', async () => {
  const { chat, agentId, erased } = await aPerson();
  await house.says(chat, 'My address');
  const step = new EraseWords(house.database, traces, house.texts);
  const index = new SearchIndexRepository();
  let erasing: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await index.write(tx);
    await index.put(tx, [{ chatId: chat, seq: 1, at: new Date(), words: 'address my' }]);
    await index.noteHolders(tx, [{ chatId: chat }]);
    await rows(tx, 'UPDATE messages SET text = NULL WHERE chat_id = $1', [chat]);
    erasing = step.run(erased);
    await Promise.race([erasing, house.somebodyWaits()]);
  });
  expect(await erasing).toEqual({ erased: 1 });
  await house.indexed();
  expect(await house.wordsIn(chat)).toEqual({});
  expect(await house.database.rows('SELECT FROM search_holders WHERE agent_id = $1', [agentId])).toEqual([]);
});

it('takes along the deliveries that are just made of what was still in the log, and lets none be made of it later', async () => {
  const { chat, erased } = await aPerson();
  const { database } = house;
  const endpoint = newId();
  await database.rows(`INSERT INTO webhook_endpoints (id, url, secret) VALUES ($1, 'https://example.com', '')`, [
    endpoint,
  ]);
  const version = () => database.row<{ version: string }>('SELECT xmin::text AS version FROM webhook_cursor');
  const before = await version();
  let erasing: Promise<unknown> | undefined;
  await database.transaction(async (tx) => {
    await rows(tx, 'SELECT FROM webhook_cursor FOR KEY SHARE');
    await rows(
      tx,
      `INSERT INTO webhook_deliveries (id, endpoint_id, event_number, event_id, type, body)
       VALUES ($1, $2, 1, 'e', 'message.received', $3)`,
      [newId(), endpoint, JSON.stringify({ chatId: chat, data: { preview: 'My address' } })],
    );
    erasing = new EraseDeliveries(traces).run(erased, null);
    await Promise.race([erasing, house.somebodyWaits()]);
  });
  expect(await erasing).toEqual({ erased: 1 });
  expect(await version()).not.toEqual(before);
});

it('lets deliveries be made while it looks for those of a person', async () => {
  const { chat, erased } = await aPerson();
  const { database } = house;
  const [endpoint, delivery] = [newId(), newId()];
  await database.rows(`INSERT INTO webhook_endpoints (id, url, secret) VALUES ($1, 'https://example.com', '')`, [
    endpoint,
  ]);
  await database.rows(
    `INSERT INTO webhook_deliveries (id, endpoint_id, event_number, event_id, type, body)
     VALUES ($1, $2, 1, 'e', 'message.received', $3)`,
    [delivery, endpoint, JSON.stringify({ chatId: chat })],
  );
  let erasing: Promise<unknown> | undefined;
  await database.transaction(async (tx) => {
    await rows(tx, 'SELECT FROM webhook_deliveries WHERE id = $1 FOR UPDATE', [delivery]);
    erasing = new EraseDeliveries(traces).run(erased, null);
    await Promise.race([erasing, house.somebodyWaits()]);
    await database.rows('SELECT FROM webhook_cursor FOR UPDATE NOWAIT');
  });
  expect(await erasing).toEqual({ erased: 1 });
});

it('looks through the deliveries piece by piece, wherever it is interrupted', async () => {
  const { chat, erased } = await aPerson();
  const { database } = house;
  const endpoint = newId();
  await database.rows(`INSERT INTO webhook_endpoints (id, url, secret) VALUES ($1, 'https://example.com', '')`, [
    endpoint,
  ]);
  await database.rows('DELETE FROM webhook_deliveries');
  const bodies = [chat, 'other', chat, chat, 'other'];
  for (const [number, body] of bodies.entries()) {
    await database.rows(
      `INSERT INTO webhook_deliveries (id, endpoint_id, event_number, event_id, type, body)
       VALUES ($1, $2, $3, 'e', 'message.received', $4)`,
      [newId(), endpoint, number, JSON.stringify({ chatId: body })],
    );
  }
  class TwoAtOnce extends EraseDeliveries {
    protected override readonly atOnce = 2;
  }
  const step = new TwoAtOnce(traces);
  const first = await step.run(erased, null);
  const second = await step.run(erased, first.next!);
  const third = await step.run(erased, second.next!);
  expect([first.erased, second.erased, third]).toEqual([1, 2, { erased: 0 }]);
  const left = await database.rows<{ body: string }>('SELECT body FROM webhook_deliveries');
  expect(left.map(({ body }) => JSON.parse(body) as object)).toEqual([{ chatId: 'other' }, { chatId: 'other' }]);
});

it('what somebody said is forgotten also where it looks like a word, an id or a time of ours', async () => {
  const { chat, erased } = await aPerson();
  const tell = (type: string, data: object) =>
    house.database.rows(`INSERT INTO events (type, at, chat_id, audience, data) VALUES ($1, now(), $2, '{}', $3)`, [
      type,
      chat,
      JSON.stringify(data),
    ]);
  const [queueId, messageId] = [newId(), newId()];
  await tell('chat.transferred', { queueId, reason: 'pregnant', comment: null, status: 'waiting' });
  await tell('message.queued', { messageId, preview: newId() });
  await tell('message.edited', { messageId, preview: '1984-05-17T00:00:00Z', editedAt: '2026-11-22T10:00:00.123Z' });
  await tell('chat.closed', { queueId, reason: 'timeout', status: 'closed' });
  await new EraseEvents(traces).run(erased, null);
  const told = await house.database.rows<{ data: object }>('SELECT data FROM events WHERE chat_id = $1 ORDER BY id', [
    chat,
  ]);
  expect(told.map(({ data }) => data)).toEqual([
    { queueId, reason: '', comment: null, status: 'waiting' },
    { messageId, preview: '' },
    { messageId, preview: '', editedAt: '2026-11-22T10:00:00.123Z' },
    { queueId, reason: 'timeout', status: 'closed' },
  ]);
});
