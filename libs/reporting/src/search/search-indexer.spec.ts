import { rows } from '#database';
import { openSearchHouse, type SearchHouse } from './testing/search-house.js';

/** Real: PostgreSQL, transactions that overlap. */
let house: SearchHouse;
beforeAll(async () => {
  house = await openSearchHouse();
});
afterAll(() => house.close());

it('finds what was said, whoever said it, but no system lines', async () => {
  const chat = await house.aChat();
  await house.says(chat, 'Is the lamp there?');
  await house.says(chat, 'Yes, three of them', { direction: 'outbound', event: 'message.queued' });
  await house.says(chat, 'Agent closed the chat', { direction: 'system', event: 'message.noted' });
  await house.says(chat, null, { content: { attachments: [{ type: 'file', name: 'Invoice 7.pdf' }] } });
  await house.says(chat, 'Red', { content: { choice: { title: 'Red one' } }, event: 'message.echoed' });
  await house.says(chat, '🪔');
  await house.indexed();
  expect(await house.wordsIn(chat)).toEqual({
    1: 'is lamp the there',
    2: 'of them three yes',
    4: '7 invoice pdf',
    5: 'one red',
  });
});

it('follows edits and deletions', async () => {
  const chat = await house.aChat();
  const [first, second] = [await house.says(chat, 'First'), await house.says(chat, 'Second')];
  await house.indexed();
  await house.changes(chat, first, 'Edited', 'message.edited');
  await house.changes(chat, second, null, 'message.deleted');
  await house.indexed();
  expect(await house.wordsIn(chat)).toEqual({ 1: 'edited' });
});

it('misses nothing that is committed late', async () => {
  const [early, late] = [await house.aChat(), await house.aChat()];
  await house.database.transaction(async (tx) => {
    await house.sayIn(tx, late, 'Numbered first, committed last');
    await house.says(early, 'Numbered last, committed first');
    await house.indexed();
    expect(await house.wordsIn(late)).toEqual({});
  });
  await house.indexed();
  expect(await house.wordsIn(late)).toEqual({ 1: 'committed first last numbered' });
  expect(await house.wordsIn(early)).toEqual({ 1: 'committed first last numbered' });
});

it('reads the log in its order where the numbers of transactions get longer, however much there is to read', async () => {
  const [first, later] = [await house.aChat(), await house.aChat()];
  await house.indexed();
  await house.says(first, 'Said first');
  for (let number = 1; number <= 251; number++) await house.says(later, `Said later ${number}`);
  await house.database.rows(
    `UPDATE events SET txid = CASE WHEN chat_id = $1 THEN '9' ELSE '10' END::xid8 WHERE chat_id IN ($1, $2)`,
    [first, later],
  );
  await house.database.rows(`UPDATE search_progress SET txid = '8', event_id = 0`);
  await house.indexed();
  expect(await house.wordsIn(first)).toEqual({ 1: 'first said' });
  expect(Object.keys(await house.wordsIn(later))).toHaveLength(251);
});

describe('with messages the log does not tell of', () => {
  it('reads them all, newest first, and goes on following the log meanwhile', async () => {
    const chat = await house.aChat();
    for (let number = 1; number <= 3; number++) await house.says(chat, `Old ${number}`, { event: '' });
    await house.indexed();
    expect(await house.wordsIn(chat)).toEqual({});
    await house.database.rows('DELETE FROM search_progress');
    await house.says(chat, 'New');
    await house.indexed();
    expect(await house.wordsIn(chat)).toEqual({ 1: '1 old', 2: '2 old', 3: '3 old', 4: 'new' });
  });

  it('reads them again when the log was not read for so long that it may have been cut', async () => {
    const chat = await house.aChat();
    await house.says(chat, 'Told by nobody', { event: '' });
    await house.database.rows(`UPDATE search_progress SET read_at = now() - interval '2 days'`);
    await house.indexed();
    expect(await house.wordsIn(chat)).toEqual({ 1: 'by nobody told' });
  });

  it('reads them again on a cluster whose transactions are numbered anew', async () => {
    const chat = await house.aChat();
    await house.says(chat, 'Restored', { event: '' });
    await house.database.rows(`UPDATE search_progress SET txid = '9000000000000'`);
    await house.indexed();
    expect(await house.wordsIn(chat)).toEqual({ 1: 'restored' });
  });
});

it('gives the same, whichever node does how much of it', async () => {
  const chats = await Promise.all(Array.from({ length: 5 }, () => house.aChat()));
  await Promise.all(chats.map((chat) => house.says(chat, 'Hello')));
  await house.database.rows(`UPDATE search_progress SET txid = '3', event_id = 0`);
  await Promise.all(Array.from({ length: 8 }, () => house.indexer.step()));
  await house.indexed();
  for (const chat of chats) expect(await house.wordsIn(chat)).toEqual({ 1: 'hello' });
});

describe('forgetting', () => {
  it('leaves nothing of the chats, and all of the others', async () => {
    const { id: agentId } = await house.anAgent();
    const held = { agentId, status: 'closed' } as const;
    const [gone, kept] = [await house.aChat(held), await house.aChat(held)];
    await house.says(gone, 'My address');
    await house.says(kept, 'Weather');
    await house.indexed();
    await house.database.transaction((tx) => house.texts.forget(tx, [gone]));
    const left = await house.database.rows('SELECT chat_id FROM search_holders WHERE agent_id = $1', [agentId]);
    expect(left).toEqual([{ chat_id: kept }]);
    expect([await house.wordsIn(gone), await house.wordsIn(kept)]).toEqual([{}, { 1: 'weather' }]);
  });

  it('is not undone by what would be copied at the same moment', async () => {
    const chat = await house.aChat();
    await house.says(chat, 'My address');
    await house.database.transaction(async (tx) => {
      await house.texts.forget(tx, [chat]);
      await rows(tx, 'UPDATE messages SET text = NULL WHERE chat_id = $1', [chat]);
      expect(await house.indexer.step()).toBe('done');
    });
    await house.indexed();
    expect(await house.wordsIn(chat)).toEqual({});
  });
});
