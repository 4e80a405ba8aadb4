import { createHmac } from 'node:crypto';
import { aScriptedServer, type ScriptedServer } from '../libs/messenger-kit/testing.js';
import { aCustomer, anOpenChat, openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { all, chatWith, messageWith, type MessageView } from './support/views.js';

/**
 * What a messenger dates is believed up to the moment we heard of it.
 * Real: the built server, PostgreSQL, sockets. Simulated: the messengers; the integrator is a server on loopback.
 */
const DAY_MS = 86_400_000;
const FUTURE = '2099-01-01T00:00:00.000Z';
/** No date at all to us: beyond the years 2000 to 2099. */
const NONSENSE = ['9999-12-31T23:59:59Z', '1969-07-20T20:17:00Z'];

interface Registered {
  readonly id: string;
  readonly webhookUrl: string;
  readonly secrets: { readonly inboundSecret: string };
}

let integrator: ScriptedServer;
let house: House;
let shop: Registered;
let calls = 0;

beforeAll(async () => {
  integrator = await aScriptedServer(() => ({ status: 200, body: `{"externalId":"out-${++calls}"}` }));
  house = await openDesk({ env: { PARLEY_HTTP_ALLOWED_ORIGINS: integrator.url } });
  shop = await house.team.admin.created<Registered>('/v1/channels', {
    messenger: 'http',
    queueId: house.team.queueId,
    name: 'Web shop',
    credentials: { url: `${integrator.url}/from-parley` },
  });
}, 120_000);
afterAll(async () => {
  await house?.close();
  await integrator.close();
});

const agent = () => house.team.agents[0]!.api;

async function tell(...events: object[]): Promise<void> {
  const body = JSON.stringify(events);
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const key = Buffer.from(shop.secrets.inboundSecret.replace('whsec_', ''), 'base64');
  const proof = createHmac('sha256', key).update(`msg_1.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${proof}` };
  expect((await fetch(shop.webhookUrl, { method: 'POST', headers, body })).status).toBe(200);
}

const says = (person: string, externalId: string, text: string, sentAt?: string) => {
  return { kind: 'message', externalId, sender: { externalId: person }, text, sentAt };
};
const editTo = (target: string, text: string, at: string) => ({ kind: 'edit', target, text, at });

async function accepted(text: string): Promise<string> {
  const { id } = await chatWith(agent(), 'waiting', text);
  await agent().created(`/v1/chats/${id}/accept`);
  return id;
}

/** What was said, in the order people read in. */
async function said(chatId: string): Promise<MessageView[]> {
  const { data } = await agent().read<{ data: MessageView[] }>(`/v1/chats/${chatId}/conversation`);
  return data.filter(({ direction }) => direction !== 'system');
}

async function becomes(chatId: string, ...texts: string[]): Promise<MessageView[]> {
  return eventually(async () => {
    const messages = await said(chatId);
    expect(messages.map(({ text }) => text)).toEqual(texts);
    return messages;
  });
}

test('a message dated ahead opens the window for a day from when it came, and what comes next stands below it', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'facebook'));
  const before = Date.now();
  house.simulator.customerWrites({ ...chat.who, text: 'From the future', at: Date.parse(FUTURE) });
  const hello = `Hello from ${chat.who.person}`;
  await becomes(chat.chatId, hello, 'From the future');
  house.simulator.customerWrites({ ...chat.who, text: 'From today' });
  const [, ahead] = await becomes(chat.chatId, hello, 'From the future', 'From today');
  expect(Date.parse(ahead!.sentAt)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(ahead!.sentAt)).toBeLessThanOrEqual(Date.now());
  const { sendPolicy, lastMessage } = await agent().read<{
    sendPolicy: { allowed: boolean; until: string };
    lastMessage: { preview: string };
  }>(`/v1/chats/${chat.chatId}`);
  expect(lastMessage.preview).toBe('From today');
  expect(sendPolicy.allowed).toBe(true);
  expect(Date.parse(sendPolicy.until)).toBeLessThanOrEqual(Date.now() + DAY_MS);
});

test('what a program hands in is bound likewise, and nonsense is refused', async () => {
  const handIn = (sentAt: string, externalId: string) =>
    house.team.admin.post<{ chatId: string; errors: object[] }>('/v1/messages', {
      channelId: shop.id,
      externalId,
      sender: { externalId: 'programmed' },
      text: `Handed in ${externalId}`,
      sentAt,
    });
  const { status, body } = await handIn(FUTURE, 'p-1');
  expect(status).toBe(200);
  expect((await handIn('2000-01-01T00:00:00Z', 'p-2')).status).toBe(200);
  const messages = await becomes(body.chatId, 'Handed in p-2', 'Handed in p-1');
  expect(Date.parse(messages[1]!.sentAt)).toBeLessThanOrEqual(Date.now());
  expect((await chatWith(agent(), 'waiting', 'Handed in p-1')).id).toBe(body.chatId);
  for (const nonsense of NONSENSE) {
    expect(await handIn(nonsense, 'p-3')).toMatchObject({
      status: 422,
      body: { errors: [{ detail: 'sent_at_invalid' }] },
    });
  }
});

test('a date that is none leaves its event in quarantine, and the others of its call are taken', async () => {
  const [one, other] = NONSENSE;
  await tell(says('dora', 'q-1', 'Nonsense', one), says('dora', 'q-2', 'Sense'), editTo('q-2', 'Edited', other!));
  const chatId = await accepted('Sense');
  await becomes(chatId, 'Sense');
  const bad = await all<{ reason: string }>(house.team.admin, `/v1/channels/${shop.id}/quarantine`);
  expect(bad.map(({ reason }) => reason).sort()).toEqual(['at_invalid', 'sent_at_invalid']);
});

test('an edit and a reaction dated ahead do not outlast those that come after them', async () => {
  await tell(says('emil', 'e-1', 'One'));
  const chatId = await accepted('One');
  const reacts = (emojis: string[], at: string) => {
    return { kind: 'reaction', target: 'e-1', by: { externalId: 'emil' }, emojis, at };
  };
  await tell(editTo('e-1', 'Two', FUTURE), reacts(['👍'], FUTURE));
  const [ahead] = await becomes(chatId, 'Two');
  expect(Date.parse(ahead!.editedAt!)).toBeLessThanOrEqual(Date.now());
  const now = new Date().toISOString();
  await tell(editTo('e-1', 'Three', now), reacts(['❤'], now));
  const [last] = await becomes(chatId, 'Three');
  expect(last!.reactions).toEqual([{ emoji: '❤', by: 'contact' }]);
});

test('read and delivered up to a future moment is read up to now: what is sent later is not', async () => {
  await tell(says('fay', 'r-1', 'Receipts, please'));
  const chatId = await accepted('Receipts, please');
  const send = async (text: string) => {
    await agent().created(`/v1/chats/${chatId}/messages`, { text });
    await messageWith(agent(), chatId, text, 'sent');
  };
  await send('Before');
  await tell({ kind: 'receipt', status: 'read', person: { externalId: 'fay' }, upTo: FUTURE });
  await messageWith(agent(), chatId, 'Before', 'read');
  await send('After');
});

test('an echo dated ahead stands where it came, and a block dated ahead ends with the unblocking', async () => {
  await tell(says('gus', 'g-1', 'Echo?'));
  const chatId = await accepted('Echo?');
  const person = { externalId: 'gus' };
  await tell({ kind: 'echo', externalId: 'g-2', recipient: person, text: 'Written elsewhere', sentAt: FUTURE });
  await becomes(chatId, 'Echo?', 'Written elsewhere');
  await tell(says('gus', 'g-3', 'Thanks'));
  await becomes(chatId, 'Echo?', 'Written elsewhere', 'Thanks');
  const allowed = async () => {
    const { sendPolicy } = await agent().read<{ sendPolicy: { allowed: boolean } }>(`/v1/chats/${chatId}`);
    return sendPolicy.allowed;
  };
  await tell({ kind: 'notice', what: 'blocked', person, at: FUTURE });
  await eventually(async () => !(await allowed()));
  await tell({ kind: 'notice', what: 'unblocked', person });
  await eventually(allowed);
});
