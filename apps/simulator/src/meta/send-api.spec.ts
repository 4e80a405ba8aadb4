import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulator, type Simulator } from '../simulator.js';
import { aConnectedPage, call } from '../testing/connected.js';
import { aDocument, PNG } from '../testing/samples.js';
import { Webhook } from '../testing/webhook.js';

let sim: Simulator;
let webhook: Webhook;

beforeEach(async () => {
  sim = await startSimulator({ redelivery: { baseMs: 2, capMs: 8 } });
  webhook = await Webhook.open();
});

afterEach(async () => {
  await sim.stop();
  await webhook.close();
});

async function aConversation(fields = 'messages,message_echoes') {
  const page = await aConnectedPage(sim, webhook.url, fields);
  const who = { messenger: 'facebook', account: page.id, person: 'Iryna Lys' } as const;
  sim.acquaint(who);
  const recipient = { id: sim.personId(who) };
  const path = (edge: string) => `/v26.0/${page.id}/${edge}?${page.auth}`;
  const send = (message: object, more: object = {}) =>
    call(sim, path('messages'), { recipient, messaging_type: 'RESPONSE', message, ...more });
  const act = (sender_action: string, payload?: object) =>
    call(sim, path('messages'), { recipient, sender_action, payload });
  const upload = async (type: string, bytes: Buffer, mimeType: string, edge = 'messages') => {
    const form = new FormData();
    form.set('recipient', JSON.stringify(recipient));
    form.set('messaging_type', 'RESPONSE');
    form.set('message', JSON.stringify({ attachment: { type, payload: { is_reusable: true } }, metadata: 'own-1' }));
    form.set('filedata', new Blob([new Uint8Array(bytes)], { type: mimeType }), 'договір.bin');
    const response = await fetch(sim.url + path(edge), { method: 'POST', body: form });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { page, who, send, act, upload };
}

const error = (code: number, error_subcode?: number) => ({
  body: { error: { code, ...(error_subcode && { error_subcode }) } },
});
const echoes = () =>
  webhook.hits.flatMap(({ body }) => {
    const { entry } = JSON.parse(body) as { entry: { messaging: { message: Record<string, unknown> }[] }[] };
    return entry.flatMap(({ messaging }) => messaging.map(({ message }) => message));
  });

test('an upload reaches the person, comes back in the echo, and can be sent again by its id', async () => {
  const { who, upload, send } = await aConversation();
  const sent = await upload('file', aDocument.bytes, 'application/pdf');
  expect(sent).toMatchObject({ status: 200, body: { attachment_id: expect.stringMatching(/^\d+$/) as string } });
  const again = { attachment: { type: 'file', payload: { attachment_id: sent.body.attachment_id } } };
  expect((await send(again)).status).toBe(200);
  expect(await send({ attachment: { type: 'file', payload: { attachment_id: '1' } } })).toMatchObject(error(100));
  await sim.settled();
  const [echo] = echoes() as { attachments: { type: string; payload: { url: string } }[]; metadata: string }[];
  expect(echo).toMatchObject({ metadata: 'own-1', attachments: [{ type: 'file' }] });
  const content = await fetch(echo!.attachments[0]!.payload.url);
  expect(Buffer.from(await content.arrayBuffer())).toEqual(aDocument.bytes);
  expect(sim.conversation(who)).toMatchObject([
    { files: [{ name: 'договір.bin', type: 'application/pdf' }] },
    { files: [{ name: 'договір.bin' }] },
  ]);
});

test('an upload without a message only gives an id', async () => {
  const { who, upload } = await aConversation();
  const kept = await upload('image', PNG, 'image/png', 'message_attachments');
  expect(kept.body).toEqual({ attachment_id: expect.any(String) as string });
  expect(sim.conversation(who)).toEqual([]);
});

test.each<[string, string, Buffer, string, number | undefined]>([
  ['more than 25 MB', 'file', Buffer.alloc(26_214_401, 1), 'x/y', 2018109],
  ['something else than a picture as one', 'image', aDocument.bytes, 'application/pdf', 2018047],
  ['an empty file', 'file', Buffer.alloc(0), 'x/y', 2018047],
  ['an unknown type', 'hologram', PNG, 'image/png', undefined],
])('%s is refused', async (_, type, bytes, mimeType, subcode) => {
  const { who, upload } = await aConversation();
  expect(await upload(type, bytes, mimeType)).toMatchObject(error(100, subcode));
  expect(sim.conversation(who)).toEqual([]);
});

test('by address: fetched where it can be, several pictures at once', async () => {
  const host = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const image = (url: string) => ({ type: 'image', payload: { url } });
  const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/lamp.png`;
  const { who, send } = await aConversation();
  expect((await send({ attachments: [image(url), image(url)] })).status).toBe(200);
  expect(sim.conversation(who)).toMatchObject([{ files: [{ name: 'lamp.png' }, { name: 'lamp.png' }] }]);
  expect(await send({ attachments: [{ ...image(url), type: 'file' }] })).toMatchObject(error(100));
  expect(await send({ attachment: image('http://127.0.0.1:9/x.png') })).toMatchObject(error(100, 2018007));
  expect(await send({ attachment: { type: 'image', payload: {} } })).toMatchObject(error(100, 2018008));
  await new Promise((resolve) => host.close(resolve));
});

const button = (change: object = {}) => ({ type: 'postback', title: 'Clerk', payload: 'C', ...change });
const template = (payload: object) => ({ attachment: { type: 'template', payload } });
const buttons = (...all: object[]) => template({ template_type: 'button', text: 'Help?', buttons: all });

test.each<[string, object, number, number | undefined]>([
  ['four buttons', buttons(button(), button(), button(), button()), 105, undefined],
  ['no button', buttons(), 194, undefined],
  ['a long title', buttons(button({ title: 'x'.repeat(21) })), 100, 2018032],
  ['no payload', buttons(button({ payload: undefined })), 100, 2018032],
  ['a button of nothing', buttons(button({ type: 'web_url' })), 100, 2018032],
  ['a long text', template({ template_type: 'button', text: 'x'.repeat(641), buttons: [button()] }), 100, 2018032],
  ['eleven elements', template({ template_type: 'generic', elements: Array(11).fill({ title: 'x' }) }), 105, undefined],
  ['an unknown template', template({ template_type: 'pigeon' }), 100, 2018032],
  ['text beside it', { ...buttons(button()), text: 'x' }, 100, undefined],
  ['text beside a file', { attachment: { type: 'file', payload: {} }, text: 'x' }, 100, undefined],
  ['14 quick replies', { text: 'x', quick_replies: Array(14).fill(0) }, 100, undefined],
  [
    'a quick reply without payload',
    { text: 'x', quick_replies: [{ content_type: 'text', title: 'a' }] },
    100,
    undefined,
  ],
])('%s: refused', async (_, message, code, subcode) => {
  const { who, send } = await aConversation();
  expect(await send(message)).toMatchObject({ status: 400, ...error(code, subcode) });
  expect(sim.conversation(who)).toEqual([]);
});

test('a template shows its text and buttons', async () => {
  const { who, send } = await aConversation();
  expect((await send(buttons(button(), { type: 'web_url', title: 'Site', url: 'https://example.com' }))).status).toBe(
    200,
  );
  expect(sim.conversation(who)).toMatchObject([
    {
      text: 'Help?',
      buttons: [
        { kind: 'postback', payload: 'C' },
        { kind: 'url', url: 'https://example.com' },
      ],
    },
  ]);
  expect(sim.ledger.calls.at(-1)?.text).toBe('Help?');
});

test('typing, seen and reactions show on the phone', async () => {
  const { who, act } = await aConversation();
  const { messageId: message_id } = sim.customerWrites({ ...who, text: 'thanks' });
  await act('typing_on');
  expect(sim.phone(who)).toMatchObject({ typing: true, seenAt: undefined });
  await act('typing_off');
  await act('mark_seen');
  expect(sim.phone(who)).toMatchObject({ typing: false, seenAt: expect.any(Number) as number });
  expect((await act('react', { message_id, reaction: '❤' })).status).toBe(200);
  expect(sim.conversation(who)[0]?.reactions).toEqual({ business: '❤' });
  await act('unreact', { message_id });
  expect(sim.conversation(who)[0]?.reactions).toEqual({});
  expect(await act('react', { message_id: 'm_other', reaction: '❤' })).toMatchObject(error(100));
  expect(await act('react', { message_id })).toMatchObject(error(100));
  expect(await act('dance')).toMatchObject(error(100));
});

test('a quote stands beside the message', async () => {
  const { who, send } = await aConversation();
  const { messageId: mid } = sim.customerWrites({ ...who, text: 'Which?' });
  await send({ text: 'The oak one' }, { reply_to: { mid } });
  expect(sim.conversation(who)[1]).toMatchObject({ text: 'The oak one', replyTo: mid });
});

test('an echo before the answer', async () => {
  const { send } = await aConversation();
  sim.behave({ echo: 'before' });
  const { body } = await send({ text: 'hi', metadata: 'own-1' });
  expect(echoes()).toMatchObject([{ is_echo: true, mid: body.message_id, metadata: 'own-1' }]);
});

test('an echo although the answer is lost', async () => {
  const { send } = await aConversation();
  sim.failCall({ match: { method: 'messages' }, effect: { kind: 'reset', processed: true } });
  await expect(send({ text: 'hi', metadata: 'own-1' })).rejects.toThrow('fetch failed');
  await sim.waitFor(() => echoes().length === 1);
});

test('an echo late, never, or lost', async () => {
  const { send } = await aConversation();
  sim.behave({ echoDelayMs: 60 });
  const { body } = await send({ text: 'late' });
  expect(sim.ledger.events).toEqual([]);
  await sim.waitFor(() => echoes().some(({ mid }) => mid === body.message_id));
  sim.behave({ echo: 'never' });
  await send({ text: 'never' });
  sim.behave({ echo: 'with', echoDelayMs: 0 });
  sim.failWebhook({ match: { kind: 'echo', text: 'lost' }, effect: { kind: 'lose' } });
  await send({ text: 'lost' });
  await send({ text: 'last' });
  await sim.settled();
  expect(echoes().map(({ text }) => text)).toEqual(['late', 'last']);
  expect(sim.ledger.events.map(({ state }) => state)).toEqual(['delivered', 'discarded', 'delivered']);
});

test('a Page that did not subscribe echoes has none; receipts come when phones report them', async () => {
  const { send } = await aConversation('messages,message_deliveries');
  sim.behave({ deliveryReceipts: true });
  const { body } = await send({ text: 'hi' });
  await sim.settled();
  expect(sim.ledger.events.map(({ kind, state }) => [kind, state])).toEqual([
    ['echo', 'unsubscribed'],
    ['delivery', 'delivered'],
  ]);
  expect(webhook.hits[0]?.body).toContain(body.message_id);
});

test('the Human Agent feature must be granted; the windows can be left open', async () => {
  const { who, send } = await aConversation();
  sim.acquaint({ ...who, at: Date.now() - 48 * 3_600_000 });
  const tagged = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
  expect((await send({ text: 'x' }, tagged)).status).toBe(200);
  sim.behave({ humanAgent: false });
  expect(await send({ text: 'x' }, tagged)).toMatchObject(error(10));
  sim.behave({ window: false });
  expect((await send({ text: 'x' })).status).toBe(200);
});

test('80006 closes the Page for minutes and says so in a header; 613 only until the next is free', async () => {
  const { page, send } = await aConversation();
  sim.behave({ throttle: { perSecond: 0.1, burst: 1 } });
  expect((await send({ text: 'a' })).status).toBe(200);
  expect(await send({ text: 'b' })).toMatchObject(error(613));
  sim.behave({ throttle: { perSecond: 0.1, burst: 1, code: 80006, minutes: 2 } });
  expect(await send({ text: 'c' })).toMatchObject(error(80006));
  sim.behave({ throttle: { perSecond: 10_000, burst: 1, code: 80006, minutes: 2 } });
  expect(await send({ text: 'd' })).toMatchObject(error(80006));
  expect(sim.ledger.calls.at(-1)).toMatchObject({ retryAfter: 120, processed: false });
  sim.behave({ throttle: undefined, usage: 85 });
  const answer = await fetch(`${sim.url}/v26.0/me?${page.auth}`);
  expect(JSON.parse(answer.headers.get('x-app-usage') ?? '')).toMatchObject({ call_count: 85 });
  expect(JSON.parse(answer.headers.get('x-business-use-case-usage') ?? '')).toMatchObject({
    [page.id]: [{ type: 'messenger', call_count: 85 }],
  });
});

test('any error can be scripted, in the messenger’s own form', async () => {
  const { send } = await aConversation();
  const refusal = { kind: 'refuse', code: 10, subcode: 1893063, message: '(#10) Restricted' } as const;
  sim.failCall({ match: { method: 'messages' }, effect: refusal });
  expect(await send({ text: 'x' })).toMatchObject({ status: 400, ...error(10, 1893063) });
  const bot = sim.createBot();
  const logged = { kind: 'refuse', code: 400, message: 'Logged out' } as const;
  sim.failCall({ match: { account: bot.id }, effect: logged });
  expect(await call(sim, `/bot${bot.token}/getMe`)).toEqual({
    status: 400,
    body: { ok: false, error_code: 400, description: 'Logged out' },
  });
});
