import type { SentEvent } from '../ledger.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { aConnectedPage, call } from '../testing/connected.js';
import { aDocument, aPicture, PNG } from '../testing/samples.js';
import { Webhook } from '../testing/webhook.js';
import { PAGE_FIELDS } from './page-fields.js';
import { proofOf } from './tokens.js';

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

interface Entry {
  id: string;
  messaging?: Record<string, Record<string, unknown>>[];
  standby?: Record<string, Record<string, unknown>>[];
}

const entriesOf = (body: string | undefined) => (JSON.parse(body ?? '{}') as { entry: Entry[] }).entry;
const itemOf = (event: SentEvent | undefined) => entriesOf(event?.body)[0]!.messaging![0]!;

async function aConversation(fields = PAGE_FIELDS.join(',')) {
  const page = await aConnectedPage(sim, webhook.url, fields);
  const who = { messenger: 'facebook', account: page.id, person: 'Iryna Lys' } as const;
  const psid = sim.personId(who);
  sim.acquaint(who);
  const send = async (message: object) => {
    const body = { recipient: { id: psid }, messaging_type: 'RESPONSE', message };
    return (await call(sim, `/v26.0/${page.id}/messages?${page.auth}`, body)).body as { message_id: string };
  };
  return { page, who, psid, send };
}

test.each([
  ['image', 'image'],
  ['animation', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['voice', 'audio'],
  ['file', 'file'],
  ['sticker', 'sticker'],
] as const)('%s comes as %s, its content at an address without a token', async (kind, type) => {
  const { who } = await aConversation();
  const event = sim.customerSendsFile({ ...who, kind, name: 'ä 1.bin', type: 'image/png', bytes: PNG });
  const { attachments } = itemOf(event).message as { attachments: { type: string; payload: { url: string } }[] };
  expect(attachments).toMatchObject([{ type, payload: kind === 'sticker' ? { sticker_id: 369239263222822 } : {} }]);
  const url = attachments[0]!.payload.url;
  expect(url).toContain('/%C3%A4%201.bin?oe=');
  const content = await fetch(url);
  expect([content.headers.get('content-type'), Buffer.from(await content.arrayBuffer())]).toEqual(['image/png', PNG]);
  expect(sim.ledger.calls.at(-1)).toMatchObject({ method: 'media', account: who.account, status: 200 });
});

test('an address stops working, and can fail like any call', async () => {
  const { who } = await aConversation();
  const event = sim.customerSendsFile({ ...who, ...aPicture });
  const { attachments } = itemOf(event).message as { attachments: { payload: { url: string } }[] };
  const { url } = attachments[0]!.payload;
  sim.failCall({ match: { method: 'media' }, effect: { kind: 'status', status: 503 } });
  expect((await fetch(url)).status).toBe(503);
  expect((await fetch(url)).status).toBe(200);
  sim.expireMedia(who.account);
  const expired = await fetch(url);
  expect([expired.status, await expired.text()]).toEqual([403, 'URL signature expired']);
});

test('several files are one message; a place has its title outside the payload', async () => {
  const { who } = await aConversation();
  const [album, ...more] = sim.customerSendsAlbum({ ...who, files: [aPicture, aDocument], caption: 'all of it' });
  expect(more).toEqual([]);
  expect(itemOf(album).message).toMatchObject({
    text: 'all of it',
    attachments: [{ type: 'image' }, { type: 'file' }],
  });
  const place = sim.customerSendsLocation({ ...who, latitude: 49.8391, longitude: 24.0304, title: 'Spot' });
  expect(itemOf(place).message).toMatchObject({
    attachments: [{ type: 'location', title: 'Spot', payload: { coordinates: { lat: 49.8391, long: 24.0304 } } }],
  });
  const shared = { attachments: [{ type: 'fallback', payload: { url: 'https://example.com/9', title: 'Nine' } }] };
  expect(itemOf(sim.customerSends({ ...who, text: 'see', content: shared })).message).toMatchObject({
    text: 'see',
    ...shared,
  });
  expect(() => sim.customerSendsContact({ ...who, name: 'I', phone: '1' })).toThrow('no way to share a contact');
});

test('an edit carries its number, five at most; an unsend only the id', async () => {
  const { who } = await aConversation();
  const { messageId: mid } = sim.customerWrites({ ...who, text: 'oak?' });
  const numbers = [1, 2, 3, 4, 5].map((n) => itemOf(sim.customerEdits({ ...who, text: `elm ${n}?` })).message_edit);
  expect(numbers.at(0)).toEqual({ mid, text: 'elm 1?', num_edit: 1 });
  expect(numbers.at(4)).toEqual({ mid, text: 'elm 5?', num_edit: 5 });
  expect(() => sim.customerEdits({ ...who, text: 'once more' })).toThrow('5 times');
  const unsent = sim.customerDeletes(who);
  expect(itemOf(unsent).message).toEqual({ mid, is_deleted: true });
  expect([unsent?.kind, unsent?.messageId]).toEqual(['unsend', mid]);
  expect(sim.conversation(who)).toMatchObject([{ text: undefined }]);
});

test('a reaction has a word, and none when it is taken back', async () => {
  const { who, send } = await aConversation();
  const { message_id: mid } = await send({ text: 'Two are left.' });
  const reactions = [['❤️'], ['🔥'], []].map((emojis) => itemOf(sim.customerReacts({ ...who, emojis })).reaction);
  expect(reactions).toEqual([
    { mid, action: 'react', reaction: 'love', emoji: '❤️' },
    { mid, action: 'react', reaction: 'other', emoji: '🔥' },
    { mid, action: 'unreact' },
  ]);
});

test('a pressed quick reply is a message, a pressed button a postback', async () => {
  const { who, send } = await aConversation();
  await send({ text: 'Grain?', quick_replies: [{ content_type: 'text', title: 'Oak', payload: 'GRAIN_OAK' }] });
  const buttons = [{ type: 'postback', title: 'Clerk', payload: 'TO_CLERK' }];
  await send({ attachment: { type: 'template', payload: { template_type: 'button', text: 'Help?', buttons } } });
  expect(itemOf(sim.customerPresses({ ...who, title: 'Oak', payload: 'GRAIN_OAK' })).message).toMatchObject({
    text: 'Oak',
    quick_reply: { payload: 'GRAIN_OAK' },
  });
  const pressed = itemOf(sim.customerPresses({ ...who, title: 'Clerk', payload: 'TO_CLERK' }));
  expect(pressed.postback).toEqual({ mid: expect.any(String) as string, title: 'Clerk', payload: 'TO_CLERK' });
  expect(sim.conversation(who).map(({ text }) => text)).toEqual(['Grain?', 'Help?', 'Oak', 'Clerk']);
});

test('Get Started with a referral, a referral alone, an opt-in', async () => {
  const { who } = await aConversation();
  expect(itemOf(sim.customerStarts({ ...who, ref: 'poster-9' })).postback).toMatchObject({
    title: 'Get Started',
    referral: { ref: 'poster-9', source: 'SHORTLINK', type: 'OPEN_THREAD' },
  });
  const referral = { ref: 'autumn', source: 'ADS', type: 'OPEN_THREAD' };
  expect(itemOf(sim.customerIsReferred({ ...who, referral }))).toMatchObject({ referral });
  const optin = { type: 'notification_messages', payload: 'x' };
  expect(itemOf(sim.customerOptsIn({ ...who, optin }))).toMatchObject({ optin });
});

test('receipts are watermarks; those of deliveries may name messages, and have no time of their own', async () => {
  const { page, who, psid } = await aConversation();
  expect(itemOf(sim.customerReads({ ...who, at: 1_791_234_568_123 }))).toMatchObject({
    read: { watermark: 1_791_234_568_123 },
    sender: { id: psid },
  });
  const [event] = sim.page.deliver({ ...who, messageIds: ['m_1'], at: 5 });
  expect(itemOf(event)).toEqual({
    sender: { id: psid },
    recipient: { id: page.id },
    delivery: { mids: ['m_1'], watermark: 5 },
  });
});

test('what a colleague writes in the Page inbox is an echo without metadata, of a foreign app', async () => {
  const { page, who, psid } = await aConversation();
  const [event] = sim.page.write({ ...who, text: 'Typed in the inbox', files: [aPicture] });
  expect(itemOf(event)).toMatchObject({
    sender: { id: page.id },
    recipient: { id: psid },
    message: { is_echo: true, app_id: 26390203743090, text: 'Typed in the inbox', attachments: [{ type: 'image' }] },
  });
  expect(itemOf(event).message).not.toHaveProperty('metadata');
  expect(sim.received(who)).toEqual(['Typed in the inbox']);
  const [reaction] = sim.page.react({ ...who, messageId: event!.messageId!, emoji: '👍' });
  expect(itemOf(reaction)).toMatchObject({ sender: { id: page.id }, reaction: { reaction: 'like' } });
});

test('a policy event has no sender', async () => {
  const { page } = await aConversation();
  const [event] = sim.page.enforcePolicy({ account: page.id, action: 'block', reason: 'Spam' });
  expect(itemOf(event)).toEqual({
    recipient: { id: page.id },
    timestamp: expect.any(Number) as number,
    policy_enforcement: { action: 'block', reason: 'Spam' },
  });
});

test('while another app has the thread ours looks on, without payloads, and may not write', async () => {
  const { page, who, psid } = await aConversation();
  const [taken] = sim.page.threadControl({ ...who, action: 'take' });
  expect(itemOf(taken)).toMatchObject({ take_thread_control: { previous_owner_app_id: page.appId } });
  const written = sim.customerWrites({ ...who, text: 'hello?' });
  const pressed = sim.customerPresses({ ...who, title: 'List', payload: 'L', as: 'postback' });
  expect(entriesOf(written.body)).toMatchObject([{ standby: [{ message: { text: 'hello?' } }] }]);
  expect(entriesOf(written.body)[0]).not.toHaveProperty('messaging');
  expect(entriesOf(pressed.body)[0]?.standby?.[0]?.postback).toEqual({
    mid: expect.any(String) as string,
    title: 'List',
  });
  const message = { recipient: { id: psid }, messaging_type: 'RESPONSE', message: { text: 'x' } };
  const path = (edge: string) => `/v26.0/${page.id}/${edge}?${page.auth}`;
  expect((await call(sim, path('messages'), message)).body).toMatchObject({
    error: { code: 10, error_subcode: 2018300 },
  });
  expect((await call(sim, path('take_thread_control'), { recipient: { id: psid } })).body).toEqual({ success: true });
  expect(sim.ledger.events.at(-1)).toMatchObject({ kind: 'take_thread_control', state: 'unsubscribed' });
  expect((await call(sim, path('messages'), message)).status).toBe(200);
  const [passed] = sim.page.threadControl({ ...who, action: 'pass', metadata: 'via a desk' });
  expect(itemOf(passed)).toMatchObject({
    pass_thread_control: { new_owner_app_id: page.appId, metadata: 'via a desk' },
  });
});

test('events of several Pages go in one call, and come again together when it fails', async () => {
  const { page, who } = await aConversation();
  const second = sim.createPage({ app: page.appId });
  const auth = `access_token=${second.token}&appsecret_proof=${proofOf(page.appSecret, second.token)}`;
  await call(sim, `/v26.0/${second.id}/subscribed_apps?subscribed_fields=messages&${auth}`, {});
  webhook.statuses = [500];
  const events = sim.inOneCall(() => [
    sim.customerWrites({ ...who, text: 'tea' }),
    sim.customerWrites({ ...who, text: 'jam' }),
    sim.customerWrites({ ...who, account: second.id, text: 'scone' }),
  ]);
  await sim.settled();
  expect(webhook.hits).toHaveLength(2);
  expect(entriesOf(webhook.hits[1]?.body)).toMatchObject([
    { id: page.id, messaging: [{ message: { text: 'tea' } }, { message: { text: 'jam' } }] },
    { id: second.id, messaging: [{ message: { text: 'scone' } }] },
  ]);
  const all = [...events, sim.ledger.events.find(({ kind }) => kind === 'batch')!];
  expect(all.map(({ state, attempts }) => [state, attempts.map(({ status }) => status)])).toEqual(
    Array.from({ length: 4 }, () => ['delivered', [500, 200]]),
  );
});

test('at most 1000 events in one call', async () => {
  const { who } = await aConversation('messages');
  sim.inOneCall(() => {
    for (let n = 0; n < 1_001; n++) sim.customerWrites({ ...who, text: `${n}` });
  });
  await sim.settled();
  expect(webhook.hits.map(({ body }) => entriesOf(body)[0]?.messaging?.length).sort()).toEqual([1, 1_000]);
});
