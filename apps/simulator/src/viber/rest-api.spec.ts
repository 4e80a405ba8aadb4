import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulator, type Simulator } from '../simulator.js';
import { aDocument, aPicture, PNG } from '../testing/samples.js';
import { Webhook } from '../testing/webhook.js';

/** Real: sockets on both sides. */
let simulator: Simulator;
let webhook: Webhook;
let bot: { id: string; token: string };

beforeEach(async () => {
  simulator = await startSimulator({ redelivery: { baseMs: 5 } });
  webhook = await Webhook.open();
  bot = simulator.createViberBot({ name: 'Corner Shop' });
});
afterEach(async () => {
  await simulator.stop();
  await webhook.close();
});

/** The answer as text: its tokens are no numbers for JavaScript. */
async function answerTo(method: string, body: unknown = {}, token = bot.token): Promise<string> {
  const response = await fetch(`${simulator.url}/pa/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { 'x-viber-auth-token': token }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.text();
}
const ask = async (...asked: Parameters<typeof answerTo>) =>
  JSON.parse(await answerTo(...asked)) as Record<string, unknown> & { status: number };
const connect = (more: object = {}) => ask('set_webhook', { url: webhook.url, ...more });
const who = (person = 'Iryna Lys') => ({ messenger: 'viber', account: bot.id, person }) as const;
const message = (more: object = {}) => {
  const text = { type: 'text', text: 'Hello' };
  return { receiver: simulator.personId(who()), min_api_version: 1, sender: { name: 'Shop' }, ...text, ...more };
};
const came = () => webhook.hits.map(({ body }) => JSON.parse(Buffer.from(body, 'latin1').toString()) as Came);
interface Came {
  readonly event: string;
  readonly message?: Record<string, unknown>;
  readonly [member: string]: unknown;
}

test('the webhook is tried, signed, before it is taken', async () => {
  expect(await ask('get_account_info')).not.toHaveProperty('webhook');
  webhook.statuses = [403];
  expect(await connect()).toMatchObject({ status: 1 });
  expect(await ask('get_account_info')).not.toHaveProperty('webhook');
  expect(await connect({ event_types: ['seen'] })).toMatchObject({ status: 0, event_types: ['seen'] });
  expect(await ask('get_account_info')).toMatchObject({ webhook: webhook.url, event_types: ['seen'] });
  const [hit] = webhook.hits;
  const signature = createHmac('sha256', bot.token).update(Buffer.from(hit!.body, 'latin1')).digest('hex');
  expect(hit?.headers['x-viber-content-signature']).toBe(signature);
  expect(came()[0]).toMatchObject({ event: 'webhook' });
});

test('what a person writes comes with a token no number holds, and their name only where it was asked for', async () => {
  await connect({ send_name: true });
  const texts = ['one', 'two'].map((text) => simulator.customerWrites({ ...who(), text }).messageId);
  await simulator.settled();
  const tokens = webhook.hits.slice(1).map(({ body }) => /"message_token":(\d{19}),/.exec(body)?.[1]);
  expect(tokens).toEqual(texts);
  expect(new Set(tokens.map(Number)).size).toBe(1);
  const sender = { id: expect.stringMatching(/^[\w+/]{22}==$/) as string, name: 'Iryna Lys' };
  expect(came().at(-1)).toMatchObject({ event: 'message', sender, message: { type: 'text', text: 'two' } });
  await connect();
  simulator.customerWrites({ ...who(), text: 'three' });
  await simulator.settled();
  expect(came().at(-1)?.['sender']).not.toHaveProperty('name');
});

test('a message is shown, and seen and failed tell its token', async () => {
  await connect();
  simulator.behave({ deliveryReceipts: true });
  simulator.customerWrites({ ...who(), text: 'Hi' });
  const [, token] = /"message_token":(\d{19}),/.exec(await answerTo('send_message', message())) ?? [];
  expect(simulator.received(who())).toEqual(['Hello']);
  simulator.customerReads(who());
  simulator.messageFails(who());
  await simulator.settled();
  expect(came().slice(-3)).toMatchObject([
    { event: 'delivered' },
    { event: 'seen' },
    { event: 'failed', desc: 'Not delivered now' },
  ]);
  for (const { body } of webhook.hits.slice(-3)) expect(body).toContain(`"message_token":${token},`);
});

test('only who wrote or subscribed can be written to', async () => {
  await connect();
  expect(await ask('send_message', message())).toMatchObject({ status: 6 });
  simulator.customerStarts({ ...who(), ref: 'mural' });
  expect(await ask('send_message', message())).toMatchObject({ status: 6 });
  simulator.customerUnblocks(who());
  expect(await ask('send_message', message())).toMatchObject({ status: 0, billing_status: 3 });
  simulator.customerWrites({ ...who(), text: 'Hi' });
  expect(await ask('send_message', message())).toMatchObject({ status: 0, billing_status: 1 });
  simulator.customerBlocks(who());
  expect(await ask('send_message', message())).toMatchObject({ status: 6 });
  await simulator.settled();
  const events = came().map(({ event, context }) => [event, context].filter(Boolean).join(' '));
  expect(events).toEqual(['webhook', 'conversation_started mural', 'subscribed', 'message', 'unsubscribed']);
});

const key = { Columns: 6, Rows: 1, ActionType: 'reply', ActionBody: 'yes', Text: '<b>Yes</b> &amp; no' };
const keyboard = (...Buttons: object[]) => ({ keyboard: { Type: 'keyboard', Buttons } });

test('a pressed key says its text, gives back what was sent along, and takes the keyboard with it', async () => {
  await connect();
  simulator.customerWrites({ ...who(), text: 'Hi' });
  await ask('send_message', message({ ...keyboard(key), tracking_data: 'along' }));
  expect(simulator.conversation(who()).at(-1)?.buttons).toMatchObject([{ title: 'Yes & no', payload: 'yes' }]);
  simulator.customerPresses({ ...who(), title: 'Yes & no', payload: 'yes' });
  await simulator.settled();
  expect(came().at(-1)?.message).toEqual({ type: 'text', text: 'yes', tracking_data: 'along' });
  expect(simulator.conversation(who()).some(({ buttons }) => buttons)).toBe(false);
});

test.each<[string, object | string, number]>([
  ['without a receiver', message0({ receiver: undefined }), 4],
  ['to nobody Viber knows', message0({ receiver: 'nobody==' }), 5],
  ['without a sender', message0({ sender: {} }), 4],
  ['of a sender with a long name', message0({ sender: { name: 'x'.repeat(29) } }), 3],
  ['without a text', message0({ text: ' ' }), 4],
  ['that is too long', message0({ text: 'x'.repeat(7_001) }), 3],
  ['of more than 30 KB', message0({ text: '字'.repeat(7_000), tracking_data: '字'.repeat(4_000) }), 3],
  ['of an unknown kind', message0({ type: 'hologram' }), 3],
  ['with a file of another host', message0({ type: 'picture', text: '', media: 'https://cdn.example.com/a.png' }), 1],
  ['with a video of no size', message0({ type: 'video', text: undefined, media: 'https://example.com/a.mp4' }), 4],
  ['with a file of no name', message0({ type: 'file', text: undefined, media: 'https://example.com/a', size: 1 }), 4],
  ['with 25 keys', message0(keyboard(...Array.from({ length: 25 }, () => key))), 3],
  ['with a key that says nothing', message0(keyboard({ ...key, ActionBody: '' })), 4],
  ['with a key that says too much', message0(keyboard({ ...key, ActionBody: 'x'.repeat(251) })), 3],
  ['that is no JSON', '{"receiver":', 3],
])('a message %s is refused, in the body', async (_, body, status) => {
  await connect();
  simulator.customerWrites({ ...who(), text: 'Hi' });
  const receiver = simulator.personId(who());
  const sent = typeof body === 'string' ? body : { ...body, ...('receiver' in body ? {} : { receiver }) };
  expect(await ask('send_message', sent)).toMatchObject({ status });
  expect(simulator.received(who())).toEqual([]);
});

function message0(change: object): object {
  return { min_api_version: 1, sender: { name: 'Shop' }, type: 'text', text: 'Hello', ...change };
}

test('a dead token, none at all, and no webhook', async () => {
  simulator.customerWrites({ ...who(), text: 'Hi' });
  expect(await ask('send_message', message())).toMatchObject({ status: 10 });
  expect(await ask('get_account_info', {}, '')).toMatchObject({ status: 2, status_message: 'missing_auth_token' });
  const old = bot.token;
  bot = { ...bot, token: simulator.renewToken(bot.id) };
  expect(await ask('get_account_info', {}, old)).toMatchObject({ status: 2 });
  simulator.revokeToken({ messenger: 'viber', account: bot.id });
  expect(await ask('get_account_info')).toMatchObject({ status: 2 });
});

test('who does not answer gets 100 messages an hour, and is told of twice', async () => {
  await connect();
  simulator.customerWrites({ ...who(), text: 'Hi' });
  for (let n = 0; n < 100; n++) await answerTo('send_message', message());
  expect(await ask('send_message', message())).toMatchObject({ status: 12 });
  simulator.customerWrites({ ...who(), text: 'Stop' });
  expect(await ask('send_message', message())).toMatchObject({ status: 0 });
  const details = () => ask('get_user_details', { id: simulator.personId(who()) });
  expect(await details()).toMatchObject({ status: 0, user: { name: 'Iryna Lys' } });
  await details();
  expect(await details()).toMatchObject({ status: 12 });
});

describe('files', () => {
  let server: Server;
  let base: string;

  beforeEach(async () => {
    server = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await connect();
    simulator.customerWrites({ ...who(), text: 'Hi' });
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test.each<[string, object, number]>([
    ['a picture', { type: 'picture', text: 'This', media: 'a.png?x=1' }, 0],
    ['a picture whose address does not end like one', { type: 'picture', text: '', media: 'a' }, 1],
    ['a file', { type: 'file', media: 'a', size: PNG.length, file_name: 'a.png' }, 0],
    ['a file of another size', { type: 'file', media: 'a', size: 1, file_name: 'a.png' }, 3],
    ['a file with a text', { type: 'file', text: 'This', media: 'a', size: PNG.length, file_name: 'a.png' }, 3],
    ['a video that is none', { type: 'video', media: 'a.mp4', size: PNG.length }, 3],
  ])('%s is fetched from its address', async (_, content, status) => {
    const { media } = content as { media: string };
    const { text: _text, ...rest } = message();
    expect(await ask('send_message', { ...rest, ...content, media: `${base}/${media}` })).toMatchObject({ status });
    const files = simulator.conversation(who()).flatMap((bubble) => bubble.files ?? []);
    expect(files).toHaveLength(status === 0 ? 1 : 0);
  });

  test('people’s are behind signed links', async () => {
    simulator.customerSendsFile({ ...who(), ...aPicture, caption: 'This' });
    simulator.customerSendsFile({ ...who(), ...aDocument });
    await simulator.settled();
    const [picture, document] = came()
      .slice(-2)
      .map((event) => event.message!);
    expect(picture).toMatchObject({ type: 'picture', text: 'This', file_name: 'lamp.png', size: PNG.length });
    expect(document).toMatchObject({ type: 'file', file_name: 'договір 7.pdf' });
    const media = picture!['media'] as string;
    expect(Buffer.from(await (await fetch(media)).arrayBuffer())).toEqual(PNG);
    expect((await fetch(media.split('?')[0]!)).status).toBe(403);
    simulator.expireMedia(bot.id);
    expect((await fetch(media)).status).toBe(403);
  });
});
