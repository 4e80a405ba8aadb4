import { aCustomer, anOpenChat, ledgerOf, openDesk, type OpenChat } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { all, chatsOf, chatWith, messagesOf, type LedgerView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers. */
let house: House;

beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterAll(() => house?.close());

const admin = () => house.team.admin;
const messageOf = (chat: OpenChat, text: string) =>
  eventually(async () => (await chat.later()).find((one) => one.text === text));

/** A message that today's code cannot show. */
function diceOf({ who }: OpenChat): Record<string, unknown> {
  const id = Number(house.simulator.personId(who));
  const person = { id, first_name: who.person };
  const place = { from: { ...person, is_bot: false }, chat: { ...person, type: 'private' } };
  return { message_id: 90_001, ...place, date: Math.floor(Date.now() / 1000), dice: { emoji: '🎳', value: 4 } };
}

const replay = (channelId: string, body: object) =>
  admin().created<{ events: number }>(`/v1/channels/${channelId}/replays`, body);

it('what an inactive channel refused is taken in by a replay, once, and the sums move along', async () => {
  const channelId = house.team.channels.telegram;
  const who = aCustomer(house, 'telegram');
  const range = { from: new Date(Date.now() - 1_000).toISOString() };
  await admin().created(`/v1/channels/${channelId}/deactivate`);
  const before = await ledgerOf(house, channelId);
  for (const text of ['One', 'Two', 'Three']) house.simulator.customerWrites({ ...who, text });
  await house.simulator.settled();
  expect(await ledgerOf(house, channelId)).toMatchObject({ refused: before.refused + 3, stored: before.stored });
  await admin().created(`/v1/channels/${channelId}/activate`);
  expect(await replay(channelId, range)).toMatchObject({ events: 3 });
  const { id } = await chatWith(admin(), 'all', 'Three');
  expect((await messagesOf(admin(), id)).map(({ text, seq }) => [text, seq])).toEqual([
    ['One', 1],
    ['Two', 2],
    ['Three', 3],
  ]);
  const after: LedgerView = await ledgerOf(house, channelId);
  expect(after).toEqual({ ...before, received: before.received + 3, stored: before.stored + 3 });
  expect(await replay(channelId, range)).toMatchObject({ events: 0 });
  const audit = `/v1/audit?subjectId=${channelId}&action=channel.replay_ordered`;
  expect(await admin().read(audit)).toMatchObject({
    data: [{ after: { events: 0 } }, { after: { ...range, events: 3 } }],
  });
  expect(await ledgerOf(house, channelId)).toEqual(after);
});

it('what was stored without being understood is shown as today’s code reads it; what it still cannot read stays', async () => {
  const channelId = house.team.channels.telegram;
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  const { database } = house.database;
  const range = { from: new Date().toISOString() };
  const kept = () =>
    database.rows<{ key: string; raw: string }>(
      `SELECT event_key AS key, raw_id AS raw FROM ledger
       WHERE channel_id = $1 AND raw_id IS NOT NULL AND outcome IN ('stored', 'refused') ORDER BY received_at`,
      [channelId],
    );
  // As an older version would have left it: its body is kept, and the message says nothing.
  await admin().created(`/v1/channels/${channelId}/deactivate`);
  const event = house.simulator.customerWrites({ ...chat.who, text: 'A riddle' });
  await house.simulator.settled();
  await admin().created(`/v1/channels/${channelId}/activate`);
  const { key, raw } = (await kept()).at(-1)!;
  await database.rows('DELETE FROM ledger WHERE channel_id = $1 AND event_key = $2', [channelId, key]);
  await house.simulator.redeliver(event);
  const { id } = await messageOf(chat, 'A riddle');
  await database.rows(`UPDATE messages SET text = NULL, content = '{"unsupported":{"kind":"riddle"}}' WHERE id = $1`, [
    id,
  ]);
  await database.rows('UPDATE ledger SET raw_id = $3 WHERE channel_id = $1 AND event_key = $2', [channelId, key, raw]);
  house.simulator.sendUpdate({ ...chat.who, content: { message: diceOf(chat) } });
  const [riddle, dice] = await eventually(async () => {
    const later = await chat.later();
    return later.length === 2 ? later : undefined;
  });
  expect([riddle!.unsupported, dice!.unsupported]).toEqual([{ kind: 'riddle' }, { kind: 'dice' }]);

  const before = await ledgerOf(house, channelId);
  const chats = await chatsOf(admin(), 'all');
  expect(await replay(channelId, { ...range, quarantinedOnly: true })).toMatchObject({ events: 0 });
  expect(await replay(channelId, range)).toMatchObject({ events: 2 });
  await messageOf(chat, 'A riddle');
  const [understood, still] = await chat.later();
  expect(understood).toEqual({ ...riddle, text: 'A riddle', unsupported: null });
  expect(still).toEqual(dice);
  expect(await ledgerOf(house, channelId)).toEqual(before);
  expect(await chatsOf(admin(), 'all')).toHaveLength(chats.length);
  expect((await kept()).map((one) => one.key)).not.toContain(key);
  expect(await replay(channelId, range)).toMatchObject({ events: 1 });
});

it('a replay of what is still not understood leaves it in quarantine, and harms nothing', async () => {
  const channelId = house.team.channels.facebook;
  const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
  const person = { sender: { id: house.simulator.personId(chat.who) }, recipient: { id: chat.who.account } };
  const odd = { ...person, timestamp: Date.now(), message: { text: 'no id' } };
  house.simulator.sendPageEvents({ account: chat.who.account, messaging: [odd] });
  await house.simulator.settled();
  const list = () => all<{ key: string; reason: string }>(admin(), `/v1/channels/${channelId}/quarantine`);
  const [bad] = await list();
  expect(bad).toMatchObject({ reason: 'message_without_id' });
  const before = await ledgerOf(house, channelId);
  const chats = await chatsOf(admin(), 'all');
  expect(await replay(channelId, { keys: [bad!.key] })).toMatchObject({ events: 1 });
  expect(await replay(channelId, { quarantinedOnly: true })).toMatchObject({ events: 1 });
  // Whatever was ordered before is done once this is there.
  house.simulator.customerWrites({ ...chat.who, text: 'Afterwards' });
  await eventually(async () => (await chat.later()).length === 1);
  expect(await list()).toHaveLength(1);
  expect((await chatsOf(admin(), 'all')).length).toBe(chats.length);
  expect((await ledgerOf(house, channelId)).quarantined).toBe(before.quarantined);
});
