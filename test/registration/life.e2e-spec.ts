import type { Api } from '../support/api.js';
import { anOpenChat, aCustomer, ledgerOf, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { META_APP } from '../support/server.js';
import { chatsOf, messagesOf, messageWith } from '../support/views.js';

/**
 * The life of a channel: a pause for dead credentials, inactivity, the end. Real: the built server, PostgreSQL, sockets.
 * Simulated: the messengers.
 */
let house: House;
let admin: Api;

beforeAll(async () => {
  house = await openDesk();
  ({ admin } = house.team);
}, 120_000);
afterAll(() => house?.close());
afterEach(() => house.simulator.clearFaults());

async function aPage() {
  const page = house.simulator.createPage({ app: META_APP.id });
  const credentials = { pageToken: page.token };
  const order = { messenger: 'facebook', queueId: house.team.queueId, credentials };
  const { id } = await admin.created<{ id: string }>('/v1/channels', order);
  return { id, account: page.id, order };
}

const remove = (id: string) => admin.call<{ code: string; openChats: number }>('DELETE', `/v1/channels/${id}`);
const healthOf = async (id: string) => (await admin.read<{ health: string }>(`/v1/channels/${id}`)).health;

test('dead credentials pause what goes out and not what comes in; after signing in again it goes out in order', async () => {
  const { id, account } = await aPage();
  const chat = await anOpenChat(house, aCustomer(house, 'facebook', account));
  await chat.sent('before');
  house.simulator.revokeToken({ messenger: 'facebook', account });
  const texts = ['first', 'second', 'third'];
  for (const text of texts) expect((await chat.send(text)).status).toBe(201);
  await eventually(async () => (await healthOf(id)) === 'needs_reauthorization');
  house.simulator.customerWrites({ ...chat.who, text: 'Hello?' });
  await eventually(async () => (await messagesOf(chat.api, chat.chatId)).some(({ text }) => text === 'Hello?'));
  expect(house.simulator.received(chat.who)).toEqual(['before']);

  const { signInId, url } = await admin.created<{ signInId: string; url: string }>('/v1/channels/facebook/sign-in', {});
  await fetch(house.simulator.admin.decide(url, { pages: [account] }));
  const choice = { signInId, sources: [account], queueId: house.team.queueId };
  expect(await admin.created('/v1/channels/facebook/pages', choice)).toMatchObject({ data: [{ outcome: 'repaired' }] });
  expect(await healthOf(id)).toBe('ok');
  for (const text of texts) await messageWith(chat.api, chat.chatId, text, 'sent');
  expect(house.simulator.received(chat.who)).toEqual(['before', ...texts]);
});

test('an inactive channel refuses what comes, counted, and takes the next again', async () => {
  const { id, account } = await aPage();
  const who = aCustomer(house, 'facebook', account);
  await admin.changed(`/v1/channels/${id}`, { active: false, name: 'Closed shop', language: 'uk' });
  house.simulator.customerWrites({ ...who, text: 'Nobody hears this' });
  await house.simulator.settled();
  expect(await ledgerOf(house, id)).toMatchObject({ received: 1, refused: 1, stored: 0 });
  await admin.changed(`/v1/channels/${id}`, { active: true });
  house.simulator.customerWrites({ ...who, text: 'And this?' });
  await eventually(async () => (await ledgerOf(house, id)).stored === 1);
});

test('a channel with open chats stays; without, it is disconnected at the messenger and gone, its history stays', async () => {
  const { id, account, order } = await aPage();
  const chat = await anOpenChat(house, aCustomer(house, 'facebook', account));
  const refused = await remove(id);
  expect(refused).toMatchObject({ status: 409, body: { code: 'channel_has_open_chats', openChats: 1 } });
  expect(await admin.read(`/v1/channels/${id}`)).toMatchObject({ active: true, health: 'ok' });
  expect(await admin.created(`/v1/channels/${id}/deactivate`)).toMatchObject({ active: false });
  expect(await chat.view()).toMatchObject({ status: 'in_progress' });
  await chat.close();
  expect((await remove(id)).status).toBe(204);
  expect(house.simulator.world.meta.requirePage(account).subscriptions.size).toBe(0);
  expect((await admin.get(`/v1/channels/${id}`)).status).toBe(404);
  expect((await remove(id)).status).toBe(404);
  expect((await admin.post(`/v1/channels/${id}/check`)).status).toBe(404);
  expect((await messagesOf(admin, chat.chatId)).length).toBeGreaterThan(0);
  expect((await chatsOf(admin, 'closed')).map((one) => one.id)).toContain(chat.chatId);
  const kept = await house.database.database.rows('SELECT secrets, webhook_key FROM channels WHERE id = $1', [id]);
  expect(kept).toEqual([{ secrets: {}, webhook_key: null }]);

  const again = await admin.post<{ id: string }>('/v1/channels', order);
  expect(again).toMatchObject({ status: 201, body: { outcome: 'connected', active: true } });
  expect(again.body.id).not.toBe(id);
});

test('a deleted channel holds on to nothing: its queue can go, and nothing is handed in for it', async () => {
  const { id: queueId } = await admin.created<{ id: string }>('/v1/queues', { name: 'Short-lived' });
  const { id, order } = await aPage();
  await admin.changed(`/v1/channels/${id}`, { queueId });
  expect((await remove(id)).status).toBe(204);
  expect((await admin.call('DELETE', `/v1/queues/${queueId}`)).status).toBe(204);
  await admin.created('/v1/channels', order);
  const key = await admin.created<{ secret: string }>('/v1/api-keys', { name: 'import', role: 'admin' });
  const message = { channelId: id, externalId: 'm-1', sender: { externalId: '77001' }, text: 'For whom?' };
  expect((await house.server.api.as(key.secret).post('/v1/messages', message)).status).toBe(422);
  expect((await admin.get(`/v1/channels/${id}/ledger`)).status).toBe(404);
});

test('with dead credentials there is nothing left to disconnect: it goes', async () => {
  const { id, account } = await aPage();
  house.simulator.revokeToken({ messenger: 'facebook', account });
  expect((await remove(id)).status).toBe(204);
});

test('while the messenger cannot be asked it stays, inactive, and can be deleted later', async () => {
  const { id } = await aPage();
  const fault = { match: { method: 'subscribed_apps' }, effect: { kind: 'reset', processed: false } as const };
  house.simulator.failCall({ ...fault, times: Infinity });
  expect(await remove(id)).toMatchObject({ status: 502, body: { code: 'messenger_unreachable' } });
  expect(await admin.read(`/v1/channels/${id}`)).toMatchObject({ active: false });
  house.simulator.clearFaults();
  expect((await remove(id)).status).toBe(204);
});

test('agents and supervisors delete nothing', async () => {
  const { id } = await aPage();
  const { api } = house.team.agents[0]!;
  expect((await api.call('DELETE', `/v1/channels/${id}`)).status).toBe(403);
});
