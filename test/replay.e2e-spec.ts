import { aCustomer, anOpenChat, ledgerOf, openDesk } from './support/desk.js';
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
