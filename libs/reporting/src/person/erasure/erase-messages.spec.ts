import { rows } from '#database';
import { openSearchHouse, type SearchHouse } from '../../search/testing/search-house.js';
import { EraseMessages } from './erase-messages.repository.js';

/** Real: PostgreSQL, transactions that overlap. */
let house: SearchHouse;
beforeAll(async () => {
  house = await openSearchHouse();
});
afterAll(() => house.close());

/** Resolves when a transaction waits for another one. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await house.database.rows(waiting)).length === 0) await new Promise(setImmediate);
}

it('a message that is just taken to be sent is waited for: what comes of it would be written down later', async () => {
  const chat = await house.aChat({ status: 'closed' });
  await house.says(chat, 'Your order', { direction: 'outbound' });
  const setStatus = `UPDATE messages SET status = $2 WHERE chat_id = $1`;
  await house.database.rows(setStatus, [chat, 'queued']);
  const [person] = await house.database.rows<{ id: string }>('SELECT identity_id AS id FROM chats WHERE id = $1', [
    chat,
  ]);
  const erased = { identityIds: [person!.id], contactIds: [], known: [] };
  const step = new EraseMessages(house.database);
  let erasing: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await rows(tx, setStatus, [chat, 'sending']);
    erasing = step.run(erased, null).catch((error: unknown) => error);
    await somebodyWaits();
  });
  expect(await erasing).toEqual(new Error(`Chat ${chat} has a message that is being sent`));
  await house.database.rows(setStatus, [chat, 'sent']);
  expect(await step.run(erased, null)).toEqual({ erased: 1 });
  const left = await house.database.rows('SELECT text, status FROM messages WHERE chat_id = $1', [chat]);
  expect(left).toEqual([{ text: null, status: 'sent' }]);
});
