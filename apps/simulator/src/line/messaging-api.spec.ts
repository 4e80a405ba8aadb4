import { createHmac, randomUUID } from 'node:crypto';
import { startSimulator, type Simulator } from '../simulator.js';
import { aPicture } from '../testing/samples.js';
import { Webhook } from '../testing/webhook.js';

/** Real: sockets on both sides. */
let simulator: Simulator;
let webhook: Webhook;
let account: { id: string; token: string; secret: string };

beforeEach(async () => {
  simulator = await startSimulator({ redelivery: { baseMs: 5 } });
  webhook = await Webhook.open();
  account = simulator.createOfficialAccount({ name: 'Corner store' });
  expect(await ask('PUT', 'channel/webhook/endpoint', { endpoint: webhook.url })).toMatchObject({ status: 200 });
});
afterEach(async () => {
  await simulator.stop();
  await webhook.close();
});

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Answered> {
  const headers = { authorization: `Bearer ${account.token}`, 'content-type': 'application/json', ...more };
  const url = `${simulator.url}/v2/bot/${path}`;
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answered['body'] };
}

const who = (person = 'Iryna Lys') => ({ messenger: 'line', account: account.id, person }) as const;
const push = (messages: object[], retryKey: string = randomUUID(), to = simulator.personId(who())) =>
  ask('POST', 'message/push', { to, messages }, { 'x-line-retry-key': retryKey });
const text = { type: 'text', text: 'Hello' };
const came = () =>
  webhook.hits.map(({ body }) => {
    const call = JSON.parse(Buffer.from(body, 'latin1').toString('utf8')) as {
      destination: string;
      events: Record<string, unknown>[];
    };
    return call.events[0]!;
  });

test('what a person does comes signed, one event a call, under ids that are strings', async () => {
  simulator.customerWrites({ ...who(), text: 'ありがとう 🙂' });
  await simulator.settled();
  simulator.customerDeletes(who());
  await simulator.settled();
  simulator.customerBlocks(who());
  await simulator.settled();
  const [hit] = webhook.hits;
  const signature = createHmac('sha256', account.secret).update(hit!.body, 'latin1').digest('base64');
  expect(hit?.headers['x-line-signature']).toBe(signature);
  const [message, unsend, unfollow] = came();
  expect(message).toMatchObject({
    type: 'message',
    source: { type: 'user', userId: simulator.personId(who()) },
    webhookEventId: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) as string,
    deliveryContext: { isRedelivery: false },
    message: { type: 'text', text: 'ありがとう 🙂', id: expect.stringMatching(/^\d{18}$/) as string },
  });
  expect(unsend).toMatchObject({ unsend: { messageId: (message!['message'] as { id: string }).id } });
  expect(unfollow).toMatchObject({ type: 'unfollow' });
  expect(unfollow).not.toHaveProperty('replyToken');
});

test('what failed is delivered again, says so, and is signed anew', async () => {
  webhook.statuses = [503];
  simulator.customerWrites({ ...who(), text: 'Again' });
  await simulator.settled();
  const [first, again] = came();
  expect(again).toEqual({ ...first, deliveryContext: { isRedelivery: true } });
  const signature = createHmac('sha256', account.secret).update(webhook.hits[1]!.body, 'latin1').digest('base64');
  expect(webhook.hits[1]?.headers['x-line-signature']).toBe(signature);
});

test('while “Use webhook” is off nothing comes', async () => {
  simulator.changeOfficialAccount({ account: account.id, useWebhook: false });
  expect(await ask('GET', 'channel/webhook/endpoint')).toMatchObject({ body: { active: false } });
  expect(simulator.customerWrites({ ...who(), text: 'Hi' }).state).toBe('unsubscribed');
});

test('an address is tried with a signed call without events', async () => {
  expect(await ask('POST', 'channel/webhook/test', { endpoint: webhook.url })).toMatchObject({
    body: { success: true, statusCode: 200 },
  });
  expect(webhook.hits[0]?.body).toBe(`{"destination":"${account.id}","events":[]}`);
  webhook.statuses = [401];
  expect(await ask('POST', 'channel/webhook/test', {})).toMatchObject({ body: { success: false, statusCode: 401 } });
  expect(await ask('POST', 'channel/webhook/test', { endpoint: 'http://127.0.0.1:1/x' })).toMatchObject({
    body: { success: false, statusCode: 0, reason: 'COULD_NOT_CONNECT' },
  });
});

test('a push is shown once, however often it comes under its key', async () => {
  simulator.acquaint(who());
  const key = randomUUID();
  const first = await push([text], key);
  expect(first).toMatchObject({ status: 200, body: { sentMessages: [{ id: expect.any(String) as string }] } });
  const again = await push([text], key);
  expect(again).toMatchObject({ status: 409, body: first.body });
  expect(again.headers.get('x-line-accepted-request-id')).toBeTruthy();
  expect(simulator.received(who())).toEqual(['Hello']);
  expect(await ask('GET', 'message/quota/consumption')).toMatchObject({ body: { totalUsage: 1 } });
});

test.each<[string, object[]]>([
  ['no message', []],
  ['six', Array.from({ length: 6 }, () => text)],
  ['an empty text', [{ type: 'text', text: '' }]],
  ['a long one', [{ type: 'text', text: 'x'.repeat(5_001) }]],
  ['a file', [{ type: 'file', originalContentUrl: 'https://cdn.example.com/a.pdf' }]],
  ['a picture without preview', [{ type: 'image', originalContentUrl: 'https://cdn.example.com/a.png' }]],
  ['a picture over http', [imageAt('http://cdn.example.com/a.png')]],
  ['a long label', [offering({ type: 'postback', label: 'x'.repeat(21), data: 'a', displayText: 'a' })]],
  ['a button that shows nothing', [offering({ type: 'postback', label: 'x', data: 'a' })]],
])('%s is refused by name of what is wrong', async (_, messages) => {
  simulator.acquaint(who());
  expect(await push(messages)).toMatchObject({
    status: 400,
    body: {
      message: 'The request body has 1 error(s)',
      details: [{ property: expect.stringContaining('messages') as string }],
    },
  });
});

test('strangers, odd keys, dead tokens and a used up month are refused', async () => {
  expect(await push([text])).toMatchObject({ status: 400, body: { message: 'Failed to send messages' } });
  expect(await push([text], undefined, 'U1')).toMatchObject({ status: 400 });
  simulator.acquaint(who());
  expect(await push([text], 'our-id')).toMatchObject({ status: 400 });
  simulator.changeOfficialAccount({ account: account.id, quota: 1, used: 1 });
  expect(await push([text])).toMatchObject({ status: 429, body: { message: 'You have reached your monthly limit.' } });
  simulator.revokeToken(who());
  expect(await push([text])).toMatchObject({ status: 401 });
  expect(simulator.received(who())).toEqual([]);
});

test('who blocked the account gets nothing, and it is answered as if they did', async () => {
  simulator.acquaint(who());
  simulator.customerBlocks(who());
  expect(await push([text])).toMatchObject({ status: 200 });
  expect(simulator.received(who())).toEqual([]);
  expect(await ask('GET', `profile/${simulator.personId(who())}`)).toMatchObject({ status: 404 });
});

test('a pressed choice says what it shows, then tells what it carries', async () => {
  simulator.acquaint(who());
  await push([offering({ type: 'postback', label: 'Yes', data: 'order-7', displayText: 'Yes' })]);
  simulator.customerPresses({ ...who(), title: 'Yes', payload: 'yes' });
  await simulator.settled();
  expect(came()).toMatchObject([{ message: { text: 'Yes' } }, { type: 'postback', postback: { data: 'order-7' } }]);
});

test('what was sent is given by its message’s id, until it is taken back; stickers are shown to everybody', async () => {
  const event = simulator.customerSendsFile({ ...who(), ...aPicture });
  const content = () =>
    fetch(`${simulator.url}/v2/bot/message/${event.messageId}/content`, {
      headers: { authorization: `Bearer ${account.token}` },
    });
  expect(Buffer.from(await (await content()).arrayBuffer())).toEqual(aPicture.bytes);
  simulator.customerDeletes(who());
  expect((await content()).status).toBe(410);
  simulator.customerSendsFile({ ...who(), ...aPicture, kind: 'sticker' });
  await simulator.settled();
  const { stickerId } = came().at(-1)!['message'] as { stickerId: string };
  const sticker = await fetch(`${simulator.url}/stickershop/v1/sticker/${stickerId}/android/sticker.png`);
  expect([sticker.status, sticker.headers.get('content-type')]).toEqual([200, 'image/png']);
});

test('typing shows for as long as it was asked for, in steps of five seconds', async () => {
  simulator.acquaint(who());
  const chatId = simulator.personId(who());
  expect(await ask('POST', 'chat/loading/start', { chatId, loadingSeconds: 7 })).toMatchObject({ status: 400 });
  expect(await ask('POST', 'chat/loading/start', { chatId, loadingSeconds: 10 })).toMatchObject({ status: 202 });
  expect(simulator.phone(who()).typing).toBe(true);
});

function imageAt(address: string): object {
  return { type: 'image', originalContentUrl: address, previewImageUrl: address };
}

function offering(action: object): object {
  return { ...text, quickReply: { items: [{ type: 'action', action }] } };
}
