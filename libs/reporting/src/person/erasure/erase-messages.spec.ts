import { newId, rows } from '#database';
import { openSearchHouse, type SearchHouse } from '../../search/testing/search-house.js';
import { EraseMessages } from './erase-messages.repository.js';

/** Real: PostgreSQL, transactions that overlap. */
let house: SearchHouse;
beforeAll(async () => {
  house = await openSearchHouse();
});
afterAll(() => house.close());

async function aPerson() {
  const chat = await house.aChat({ status: 'closed' });
  const [person] = await house.database.rows<{ id: string }>('SELECT identity_id AS id FROM chats WHERE id = $1', [
    chat,
  ]);
  return { chat, erased: { identityIds: [person!.id], contactIds: [], known: [] } };
}

const setStatus = `UPDATE messages SET status = $2 WHERE chat_id = $1`;

/** Whoever delivers the chat's messages holds its lane for so long; below 0 they are gone. */
function lane(chat: string, leasedForS: number): [statement: string, values: unknown[]] {
  return [
    `INSERT INTO outbox_lanes (chat_id, channel_id, due_at, leased_by, leased_until)
     SELECT id, channel_id, now(), gen_random_uuid(), now() + make_interval(secs => $2) FROM chats WHERE id = $1`,
    [chat, leasedForS],
  ];
}

it('a message that is just taken to be sent is waited for: what comes of it would be written down later', async () => {
  const { chat, erased } = await aPerson();
  await house.says(chat, 'Your order', { direction: 'outbound' });
  await house.database.rows(setStatus, [chat, 'queued']);
  await house.database.rows(...lane(chat, 60));
  const step = new EraseMessages(house.database);
  let erasing: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await rows(tx, setStatus, [chat, 'sending']);
    erasing = step.run(erased, null).catch((error: unknown) => error);
    await house.somebodyWaits();
  });
  expect(await erasing).toEqual(new Error(`Chat ${chat} has a message that is being sent`));
  await house.database.rows(setStatus, [chat, 'sent']);
  expect(await step.run(erased, null)).toEqual({ erased: 1 });
  const left = await house.database.rows('SELECT text, status FROM messages WHERE chat_id = $1', [chat]);
  expect(left).toEqual([{ text: null, status: 'sent' }]);
});

it('what a dead node was sending is not waited for: nobody takes it over in a channel that may not send', async () => {
  const { chat, erased } = await aPerson();
  await house.says(chat, 'Your order', { direction: 'outbound' });
  await house.database.rows(setStatus, [chat, 'sending']);
  await house.database.rows(...lane(chat, -1));
  expect(await new EraseMessages(house.database).run(erased, null)).toEqual({ erased: 1 });
  const left = await house.database.rows('SELECT text, status FROM messages WHERE chat_id = $1', [chat]);
  expect(left).toEqual([{ text: null, status: 'unconfirmed' }]);
});

it('what becomes sent while the others are erased is not left behind', async () => {
  const { chat, erased } = await aPerson();
  for (const text of ['Your order', 'Your address']) await house.says(chat, text, { direction: 'outbound' });
  await house.database.rows(
    `UPDATE messages SET status = CASE seq WHEN 1 THEN 'sent' ELSE 'sending' END WHERE chat_id = $1`,
    [chat],
  );
  await house.database.rows(...lane(chat, 60));
  const step = new EraseMessages(house.database);
  let erasing: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    // It has seen that the second one is being sent, and waits for the first one.
    await rows(tx, 'SELECT FROM messages WHERE chat_id = $1 AND seq = 1 FOR UPDATE', [chat]);
    erasing = step.run(erased, null).catch((error: unknown) => error);
    await house.somebodyWaits();
    await rows(tx, setStatus, [chat, 'sent']);
  });
  expect(await erasing).toEqual(new Error(`Chat ${chat} has a message that is being sent`));
  expect(await step.run(erased, null)).toEqual({ erased: 2 });
  const left = await house.database.rows('SELECT text, status FROM messages WHERE chat_id = $1', [chat]);
  expect(left).toEqual([
    { text: null, status: 'sent' },
    { text: null, status: 'sent' },
  ]);
});

it('what waits to be sent is given up, but of what may have got through before nobody says that', async () => {
  const { chat, erased } = await aPerson();
  await house.says(chat, 'Where is it?');
  for (const text of ['Your order', 'Your address']) await house.says(chat, text, { direction: 'outbound' });
  await house.database.rows(
    `UPDATE messages SET status = 'queued', doubtful = seq = 3 WHERE chat_id = $1 AND direction = 'outbound'`,
    [chat],
  );
  expect(await new EraseMessages(house.database).run(erased, null)).toEqual({ erased: 3 });
  const left = await house.database.rows('SELECT text, status FROM messages WHERE chat_id = $1 ORDER BY seq', [chat]);
  expect(left).toEqual([
    { text: null, status: null },
    { text: null, status: 'expired' },
    { text: null, status: 'unconfirmed' },
  ]);
});

describe('an action that runs', () => {
  async function aRun(chat: string): Promise<string> {
    const id = newId();
    await house.database.rows(
      `INSERT INTO action_runs (id, action_id, caption, chat_id, by_kind, by_id, by_name, requested_at)
       VALUES ($1, $1, 'Open an order', $2, 'user', $1, 'Anna', now())`,
      [id, chat],
    );
    return id;
  }

  it('is over: what the called system says later of the person is told nowhere', async () => {
    const { chat, erased } = await aPerson();
    const run = await aRun(chat);
    await new EraseMessages(house.database).run(erased, null);
    const left = await house.database.rows(
      'SELECT status, sentence, finished_at IS NOT NULL AS "isOver" FROM action_runs WHERE id = $1',
      [run],
    );
    expect(left).toEqual([{ status: 'failed', sentence: null, isOver: true }]);
  });

  it('is waited for where its result is just being told, and then that is erased', async () => {
    const { chat, erased } = await aPerson();
    const run = await aRun(chat);
    let erasing: Promise<unknown> | undefined;
    await house.database.transaction(async (tx) => {
      await rows(tx, `UPDATE action_runs SET status = 'succeeded', finished_at = now() WHERE id = $1`, [run]);
      await house.sayIn(tx, chat, 'Anna ran “Open an order”: Order 4711', { direction: 'system', event: '' });
      erasing = new EraseMessages(house.database).run(erased, null);
      await house.somebodyWaits();
    });
    expect(await erasing).toEqual({ erased: 1 });
    expect(await house.database.rows('SELECT text FROM messages WHERE chat_id = $1', [chat])).toEqual([{ text: null }]);
    expect(await house.database.rows('SELECT status FROM action_runs WHERE id = $1', [run])).toEqual([
      { status: 'succeeded' },
    ]);
  });
});
