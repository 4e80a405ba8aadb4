import { aCustomer, anOpenChat, openDesk, type OpenChat } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { rounds, withSlack } from '../support/rounds.js';
import { PAGE, type TeamMessenger } from '../support/team.js';
import { messageWith } from '../support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers, with scripted faults. */
let house: House;

beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterEach(() => {
  house.simulator.clearFaults();
  house.simulator.behave({ echo: 'with', echoDelayMs: 0 });
});
afterAll(() => house?.close());

const admin = () => house.team.admin;
const aChat = (messenger: TeamMessenger) => anOpenChat(house, aCustomer(house, messenger));

it('a channel whose every call is slow delays no answer on another', async () => {
  const slow: OpenChat[] = [];
  for (let n = 0; n < 20; n++) slow.push(await aChat('telegram'));
  const quick = await aChat('facebook');
  house.simulator.failCall({ match: { messenger: 'telegram' }, times: null, effect: { kind: 'delay', ms: 2_000 } });
  for (const chat of slow) await chat.send('Slow');
  const started = performance.now();
  await quick.sent('Quick');
  expect(performance.now() - started).toBeLessThan(withSlack(1_360));
  const fates = await Promise.all(slow.map((chat) => chat.later()));
  expect(fates.flat().filter(({ status }) => status === 'sent').length).toBeLessThan(20);
  for (const chat of slow) await messageWith(admin(), chat.chatId, 'Slow', 'sent');
}, 60_000);

it('“retry after” is obeyed within 10 %', async () => {
  const chats = await Promise.all(Array.from({ length: rounds(3, 10) }, () => aChat('telegram')));
  for (const [index, chat] of chats.entries()) {
    const retryAfter = 2 + (index % 3);
    const personId = house.simulator.personId(chat.who);
    house.simulator.failCall({ match: { method: 'sendMessage', personId }, effect: { kind: 'tooMany', retryAfter } });
    await chat.send('Patience');
  }
  for (const { chatId, who } of chats) {
    await messageWith(admin(), chatId, 'Patience', 'sent');
    const [wait] = house.simulator.waits({ method: 'sendMessage', personId: house.simulator.personId(who) });
    expect(wait!.tookMs! / wait!.toldMs).toBeGreaterThanOrEqual(1);
    expect(wait!.tookMs!).toBeLessThanOrEqual(withSlack(wait!.toldMs));
    expect(house.simulator.received(who)).toEqual(['Patience']);
  }
}, 60_000);

it.each([
  ['an HTML page with 200', { kind: 'html', processed: true }],
  ['half an answer', { kind: 'truncated' }],
  ['a reset after the work', { kind: 'reset', processed: true }],
] as const)('facebook answers with %s: unconfirmed, until the echo proves it was sent, once', async (_what, effect) => {
  const chat = await aChat('facebook');
  house.simulator.behave({ echoDelayMs: 700 });
  house.simulator.failCall({ match: { method: 'messages', text: 'Did it arrive?' }, effect });
  await chat.send('Did it arrive?');
  await chat.send('And this?');
  await messageWith(admin(), chat.chatId, 'Did it arrive?', 'unconfirmed');
  const proved = await messageWith(admin(), chat.chatId, 'Did it arrive?', 'sent');
  expect(proved).toMatchObject({ failure: null, externalId: expect.stringMatching(/^m_/) as unknown });
  await messageWith(admin(), chat.chatId, 'And this?', 'sent');
  expect(house.simulator.received(chat.who)).toEqual(['Did it arrive?', 'And this?']);
  expect(await chat.later()).toHaveLength(2);
});

it.each([
  ['an HTML page with 200', { kind: 'html', processed: true }],
  ['half an answer', { kind: 'truncated' }],
] as const)('telegram answers with %s: unconfirmed until a person says what became of it', async (_what, effect) => {
  const chat = await aChat('telegram');
  house.simulator.failCall({ match: { method: 'sendMessage', text: 'Who knows?' }, effect });
  await chat.send('Who knows?');
  await chat.sent('Next');
  const { id } = await messageWith(admin(), chat.chatId, 'Who knows?', 'unconfirmed');
  expect(house.simulator.received(chat.who)).toEqual(['Who knows?', 'Next']);
  await chat.api.created(`/v1/messages/${id}/resolve`, { outcome: 'sent' });
  expect((await chat.later()).map(({ status }) => status)).toEqual(['sent', 'sent']);
});

it('a server error of the network is tried again, in order, until it is over', async () => {
  const chat = await aChat('telegram');
  house.simulator.failCall({
    match: { method: 'sendMessage', text: 'One' },
    times: 2,
    effect: { kind: 'refuse', code: 500 },
  });
  await chat.send('One');
  await chat.send('Two');
  await messageWith(admin(), chat.chatId, 'Two', 'sent');
  expect(house.simulator.received(chat.who)).toEqual(['One', 'Two']);
}, 60_000);

it('a revoked token holds everything, nothing fails, and all goes on in order after the repair', async () => {
  const chats = await Promise.all(Array.from({ length: 3 }, () => aChat('facebook')));
  house.simulator.revokeToken({ messenger: 'facebook', account: PAGE });
  const texts = ['One', 'Two', 'Three'];
  for (const text of texts) for (const chat of chats) await chat.send(text);
  const channel = () => admin().read<{ health: string }>(`/v1/channels/${house.team.channels.facebook}`);
  await eventually(async () => (await channel()).health === 'needs_reauthorization');
  const held = (await Promise.all(chats.map((chat) => chat.later()))).flat();
  expect(held.map(({ status }) => status)).toEqual(held.map(() => 'queued'));
  house.simulator.customerWrites({ ...chats[0]!.who, text: 'Anyone?' });
  await house.simulator.settled();
  expect((await chats[0]!.later()).at(-1)).toMatchObject({ text: 'Anyone?', direction: 'inbound' });
  const { token } = house.simulator.createPage({ id: PAGE, name: 'Corner store' });
  for (const { who } of chats) house.simulator.acquaint(who);
  const again = { messenger: 'facebook', queueId: house.team.queueId, credentials: { pageToken: token } };
  await admin().created('/v1/channels', again);
  for (const { chatId, who } of chats) {
    await messageWith(admin(), chatId, 'Three', 'sent');
    expect(house.simulator.received(who).slice(-3)).toEqual(texts);
  }
  expect((await channel()).health).toBe('ok');
}, 60_000);
