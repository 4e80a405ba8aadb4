import { aPicture } from '../apps/simulator/src/testing/samples.js';
import { Webhook } from '../apps/simulator/src/testing/webhook.js';
import { openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { aViberBotOf } from './support/team.js';
import { upload } from './support/upload.js';
import { chatWith, messagesOf, messageWith, type ChatView, type LedgerView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: Viber. What other messengers do not have. */
let house: House;
let bot: Awaited<ReturnType<typeof aViberBotOf>>;

beforeAll(async () => {
  house = await openDesk();
  bot = await aViberBotOf(house.team, house.simulator);
}, 120_000);
afterEach(() => {
  house.simulator.clearFaults();
  house.simulator.behave({ deliveryReceipts: false });
});
afterAll(() => house?.close());

const admin = () => house.team.admin;
const api = () => house.team.agents[0]!.api;
const who = (person: string) => ({ messenger: 'viber', account: bot.account, person }) as const;
const order = (authToken: string, more: object = {}) => {
  return { messenger: 'viber', queueId: house.team.queueId, credentials: { authToken }, ...more };
};
const answer = (chat: ChatView, body: object) => api().created(`/v1/chats/${chat.id}/messages`, body);

async function anOpenChat(person: string): Promise<ChatView> {
  house.simulator.customerWrites({ ...who(person), text: `Hello from ${person}` });
  const chat = await chatWith(api(), 'waiting', `Hello from ${person}`);
  await api().post(`/v1/chats/${chat.id}/accept`);
  return chat;
}

it('the address was tried while the bot was being connected, and is not taken by whoever signs with another token', async () => {
  const ledger = await admin().read<LedgerView>(`/v1/channels/${bot.channelId}/ledger`);
  expect(ledger).toMatchObject({ received: 1, ignored: 1 });
  const forged = { messenger: 'viber', account: bot.account, body: '{"event":"message"}' } as const;
  expect(await house.simulator.sendRaw({ ...forged, signature: 'wrong' })).toMatchObject({ status: 401 });
  expect(await house.simulator.sendRaw({ ...forged, signature: 'none' })).toMatchObject({ status: 401 });
  const rotated = await admin().post<{ code: string }>(`/v1/channels/${bot.channelId}/secret`, {});
  expect(rotated).toMatchObject({ status: 409, body: { code: 'secret_of_messenger' } });
});

it('receipts find their message among tokens that are one number to JavaScript', async () => {
  const chat = await anOpenChat('Ann');
  for (const text of ['One', 'Two', 'Three']) await answer(chat, { text });
  await messageWith(api(), chat.id, 'Three', 'sent');
  const ids = house.simulator.conversation(who('Ann')).flatMap(({ from, id }) => (from === 'business' ? [id] : []));
  expect(new Set(ids.map(Number)).size).toBe(1);
  house.simulator.messageFails({ ...who('Ann'), messageId: ids[1]! });
  const failed = await messageWith(api(), chat.id, 'Two', 'failed');
  expect(failed).toMatchObject({
    externalId: ids[1],
    failure: { sentence: expect.stringContaining('Not delivered now') as string },
  });
  house.simulator.behave({ deliveryReceipts: true });
  await answer(chat, { text: 'Four' });
  await messageWith(api(), chat.id, 'Four', 'delivered');
  const statuses = (await messagesOf(api(), chat.id)).flatMap(({ text, status }) => (status ? [[text, status]] : []));
  expect(statuses).toEqual([
    ['One', 'sent'],
    ['Two', 'failed'],
    ['Three', 'sent'],
    ['Four', 'delivered'],
  ]);
});

it('a pressed key is the choice that was offered', async () => {
  const chat = await anOpenChat('Bob');
  const choices = [{ title: 'Yes <3', payload: 'order:4711:yes' }, { title: 'No' }];
  await answer(chat, { text: 'Send it?', choices });
  await messageWith(api(), chat.id, 'Send it?', 'sent');
  const [key] = house.simulator.conversation(who('Bob')).at(-1)?.buttons ?? [];
  expect(key).toMatchObject({ title: 'Yes <3', payload: 'order:4711:yes' });
  house.simulator.customerPresses({ ...who('Bob'), title: 'Yes <3', payload: 'order:4711:yes' });
  const pressed = await eventually(async () => (await messagesOf(api(), chat.id)).find(({ choice }) => choice));
  expect(pressed).toMatchObject({ text: 'Yes <3', choice: { title: 'Yes <3', payload: 'order:4711:yes' } });
});

it('files come by links, and are fetched from here by Viber', async () => {
  const chat = await anOpenChat('Cleo');
  house.simulator.customerSendsFile({ ...who('Cleo'), ...aPicture, caption: 'This lamp' });
  const came = await eventually(async () => {
    const messages = await messagesOf(api(), chat.id);
    return messages.find(({ text, attachments }) => text === 'This lamp' && attachments[0]?.file?.url);
  });
  expect(came.attachments).toMatchObject([{ type: 'image', file: { name: 'lamp.png', size: aPicture.bytes.length } }]);
  const picture = await upload(api(), aPicture);
  const bytes = Buffer.from('%PDF-1.4 sample');
  const bill = await upload(api(), { name: 'рахунок № 7.pdf', type: 'application/pdf', bytes });
  await answer(chat, { text: 'That one?', attachments: [picture.body.id, bill.body.id] });
  await eventually(() => house.simulator.conversation(who('Cleo')).at(-1)?.files?.[0]?.kind === 'file');
  expect(house.simulator.conversation(who('Cleo')).slice(-2)).toMatchObject([
    { text: 'That one?', files: [{ kind: 'image', type: 'image/png', size: aPicture.bytes.length }] },
    { files: [{ name: 'рахунок № 7.pdf', type: 'application/pdf', size: bytes.length }] },
  ]);
});

it('a link that led here is a line in the chat; who unsubscribes cannot be written to until they come back', async () => {
  const chat = await anOpenChat('Dan');
  const may = async () => (await api().read<ChatView>(`/v1/chats/${chat.id}`)).sendPolicy.allowed;
  house.simulator.customerStarts({ ...who('Dan'), ref: 'mural17' });
  await eventually(async () => (await messagesOf(api(), chat.id)).some(({ text }) => text?.includes('mural17')));
  house.simulator.customerBlocks(who('Dan'));
  await eventually(async () => !(await may()));
  house.simulator.customerUnblocks(who('Dan'));
  await eventually(may);
  await answer(chat, { text: 'Welcome back' });
  await messageWith(api(), chat.id, 'Welcome back', 'sent');
});

it('after a lost answer nobody can tell, and it is not sent twice', async () => {
  const chat = await anOpenChat('Eve');
  const match = { messenger: 'viber', method: 'send_message', text: 'Lost?' } as const;
  house.simulator.failCall({ match, effect: { kind: 'reset', processed: true } });
  await answer(chat, { text: 'Lost?' });
  await messageWith(api(), chat.id, 'Lost?', 'unconfirmed');
  await answer(chat, { text: 'Next' });
  await messageWith(api(), chat.id, 'Next', 'sent');
  expect(house.simulator.received(who('Eve'))).toEqual(['Lost?', 'Next']);
});

it('a bot that is in use elsewhere is left alone until that is confirmed, and its webhook watched', async () => {
  const other = house.simulator.createViberBot();
  const set = (url: string) =>
    fetch(`${house.simulator.url}/pa/set_webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-viber-auth-token': other.token },
      body: JSON.stringify({ url }),
    });
  const crm = await Webhook.open();
  await set(crm.url);
  expect(await admin().post('/v1/channels', order(other.token))).toMatchObject({
    status: 422,
    body: { code: 'in_use_elsewhere' },
  });
  const { id } = await admin().created<{ id: string }>('/v1/channels', order(other.token, { takeOver: true }));
  await crm.close();
  await set('');
  const check = (query = '') =>
    admin().created<{ state: string; repaired: boolean }>(`/v1/channels/${id}/check${query}`);
  expect(await check()).toMatchObject({ state: 'broken', repaired: false });
  expect(await check('?repair=true')).toMatchObject({ repaired: true });
  house.simulator.customerWrites({ ...who('Gus'), account: other.id, text: 'Repaired?' });
  await chatWith(api(), 'waiting', 'Repaired?');
});

it('a dead token stops the channel; with the new one, which signs from then on, its answers leave', async () => {
  const chat = await anOpenChat('Fay');
  const token = house.simulator.renewToken(bot.account);
  await answer(chat, { text: 'Waiting' });
  await eventually(async () => {
    const { health } = await admin().read<{ health: string }>(`/v1/channels/${bot.channelId}`);
    return health === 'needs_reauthorization';
  });
  await messageWith(api(), chat.id, 'Waiting', 'queued');
  const repaired = await admin().post('/v1/channels', order(token));
  expect(repaired).toMatchObject({ status: 200, body: { id: bot.channelId, outcome: 'repaired' } });
  await messageWith(api(), chat.id, 'Waiting', 'sent');
  house.simulator.customerWrites({ ...who('Fay'), text: 'Under the new token' });
  await eventually(async () => (await messagesOf(api(), chat.id)).some(({ text }) => text === 'Under the new token'));
});
