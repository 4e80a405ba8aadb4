import {
  GuardedHttp,
  type MessageContent,
  type OutgoingFile,
  type PolicyContext,
  type RequestVerdict,
  type SendContext,
  type SendPolicy,
  type SendVerdict,
} from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const PAGE = '108326419507742';
const account = {
  channelId: 'c1',
  messenger: 'facebook',
  source: PAGE,
  credentials: { pageToken: 'EAATestPageToken' },
};
const recipient = { scope: PAGE, externalId: '7329150486617043' };
const HOUR = 3_600_000;
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer(() => ({ status: 200, body: sample(fixtures, 'api-send-ok') }));
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const facebook = (humanAgentTag = 'off'): FacebookMessenger =>
  new FacebookMessenger(
    { graphUrl: network.url, graphVersion: 'v26.0', appSecret: 'dev_app_secret_0123456789abcdef', humanAgentTag },
    http,
  );

const context = (change: Partial<SendContext> = {}): SendContext => ({
  account,
  recipient,
  human: true,
  lastInboundAt: new Date(),
  signal: AbortSignal.timeout(2_000),
  ...change,
});

const send = (content: MessageContent, files: OutgoingFile[] = []): Promise<SendVerdict> =>
  facebook().outcome.send({ id: 'our-id', content, files }, context());

async function sentBody(content: MessageContent): Promise<unknown> {
  expect(await send(content)).toEqual({ kind: 'sent', externalId: 'm_dzp_zgh_6' });
  expect(network.calls).toHaveLength(1);
  return JSON.parse(network.calls[0]?.body ?? '');
}

test('an answer goes to the person with our id as metadata; the token travels in a header, its proof in the address', async () => {
  expect(await sentBody({ text: 'Hello' })).toEqual({
    recipient: { id: '7329150486617043' },
    messaging_type: 'RESPONSE',
    message: { text: 'Hello', metadata: 'our-id' },
  });
  const proof = 'cc4d309d26ea2f3503337c9872eb7ff3c4ba3a7d60f2a1beafddd421c51631f5';
  expect(network.calls[0]).toMatchObject({
    method: 'POST',
    url: `/v26.0/${PAGE}/messages?appsecret_proof=${proof}`,
    headers: { authorization: 'Bearer EAATestPageToken' },
  });
});

test.each([
  ['of Meta', 'm_njh7097-kvkx_LBbk', { mid: 'm_njh7097-kvkx_LBbk' }],
  ['of Meta, the old way', 'mid.1461290573406:7c31e9d04b82f56a19', { mid: 'mid.1461290573406:7c31e9d04b82f56a19' }],
  ['we made up', 'postback:5:1792213641000:A', undefined],
])('an answer to a message with an id %s', async (_, replyTo, quoted) => {
  const body = await sentBody({ text: 'yes', replyTo });
  expect(body).toEqual(expect.objectContaining(quoted ? { reply_to: quoted } : { messaging_type: 'RESPONSE' }));
  expect(Object.keys(body as object).includes('reply_to')).toBe(quoted !== undefined);
});

test('choices are quick replies', async () => {
  expect(await sentBody({ text: 'Pick', choices: [{ title: 'Oak', payload: 'O' }, { title: 'Elm' }] })).toMatchObject({
    message: {
      text: 'Pick',
      metadata: 'our-id',
      quick_replies: [
        { content_type: 'text', title: 'Oak', payload: 'O' },
        { content_type: 'text', title: 'Elm', payload: 'Elm' },
      ],
    },
  });
});

test('choices of which one opens a page are the buttons of a template', async () => {
  const choices = [
    { title: 'Oak', payload: 'O' },
    { title: 'Shop', url: 'https://x.example' },
  ];
  const body = (await sentBody({ text: 'Pick', choices, replyTo: 'm_1' })) as { message: object };
  const buttons = [
    { type: 'postback', title: 'Oak', payload: 'O' },
    { type: 'web_url', title: 'Shop', url: 'https://x.example' },
  ];
  const payload = { template_type: 'button', text: 'Pick', buttons };
  expect(body).toMatchObject({ reply_to: { mid: 'm_1' } });
  expect(body.message).toEqual({ attachment: { type: 'template', payload }, metadata: 'our-id' });
});

const aFile = (type: OutgoingFile['type'], name: string, mimeType: string): OutgoingFile => ({
  type,
  name,
  mimeType,
  size: 4,
  link: `https://chat.example.com/${name}`,
  read: () => Promise.resolve(Buffer.from('%PDF')),
});

test.each<[OutgoingFile['type'], string, string]>([
  ['image', 'k.jpg', 'image/jpeg'],
  ['video', 'w.mp4', 'video/mp4'],
  ['audio', 'r.mp3', 'audio/mpeg'],
  ['file', 'Größe 4.pdf', 'application/pdf'],
])('content of the type %s goes up as a form, with its bytes', async (type, name, mimeType) => {
  const content = { attachments: [{ type, size: 4 }], replyTo: 'm_1' };
  expect(await send(content, [aFile(type, name, mimeType)])).toEqual({ kind: 'sent', externalId: 'm_dzp_zgh_6' });
  const [call] = network.calls;
  const headers = { 'content-type': String(call?.headers['content-type']) };
  const form = await new Response(call?.body, { headers }).formData();
  const field = (name: string): unknown => JSON.parse(form.get(name) as string);
  expect(field('message')).toEqual({
    attachment: { type, payload: { is_reusable: false } },
    metadata: 'our-id',
  });
  expect(field('recipient')).toEqual({ id: recipient.externalId });
  expect(field('reply_to')).toEqual({ mid: 'm_1' });
  expect(form.get('messaging_type')).toBe('RESPONSE');
  const filedata = form.get('filedata') as File;
  expect([filedata.name, filedata.type, await filedata.text()]).toEqual([name, mimeType, '%PDF']);
});

test('what Facebook would not take is refused without asking it', async () => {
  expect(await send({ text: 'x'.repeat(2001) })).toMatchObject({ class: 'permanent', code: 'text_too_long' });
  expect(await send({ attachments: [{ type: 'file' }] })).toMatchObject({ class: 'permanent', code: 'file_missing' });
  expect(network.calls).toEqual([]);
});

test('a file that cannot be read now is not sent', async () => {
  const lost = { ...aFile('file', 'a', 'text/plain'), read: () => Promise.reject(new Error('storage is away')) };
  await expect(send({ attachments: [{ type: 'file' }] }, [lost])).rejects.toThrow('storage is away');
  expect(network.calls).toEqual([]);
});

test('a file Meta stumbles over is tried once more', async () => {
  const error = { status: 400, body: '{"error":{"code":100,"error_subcode":2018047}}' };
  const answers = [error, { status: 200, body: sample(fixtures, 'api-send-ok') }, error, error];
  network.script = () => answers.shift();
  const file = aFile('image', 'k.jpg', 'image/jpeg');
  expect(await send({ attachments: [{ type: 'image' }] }, [file])).toMatchObject({ kind: 'sent' });
  expect(await send({ attachments: [{ type: 'image' }] }, [file])).toMatchObject({ class: 'permanent' });
  expect(network.calls).toHaveLength(4);
});

type Signal = (messenger: FacebookMessenger, to: SendContext) => Promise<RequestVerdict>;

const SIGNALS: readonly [string, Signal, object][] = [
  [
    'a reaction',
    ({ outcome }, to) => outcome.react('m_1', '❤', to),
    { sender_action: 'react', payload: { message_id: 'm_1', reaction: '❤' } },
  ],
  [
    'a reaction taken back',
    ({ outcome }, to) => outcome.react('m_1', undefined, to),
    { sender_action: 'unreact', payload: { message_id: 'm_1' } },
  ],
  ['typing', ({ outcome }, to) => outcome.typing(to), { sender_action: 'typing_on' }],
  ['seen', ({ outcome }, to) => outcome.markSeen(to), { sender_action: 'mark_seen' }],
];

test.each(SIGNALS)('%s: a call of its own, without a message', async (_, signal, expected) => {
  network.script = () => ({ status: 200, body: '{"recipient_id":"7329150486617043"}' });
  expect(await signal(facebook(), context())).toEqual({ kind: 'done' });
  expect(JSON.parse(network.calls[0]?.body ?? '')).toEqual({ recipient: { id: recipient.externalId }, ...expected });
});

test.each(SIGNALS)('%s: refused, or nobody can tell', async (_, signal) => {
  const answers = [
    { status: 400, body: '{"error":{"code":551}}' },
    { status: 502, body: '<html>' },
  ];
  network.script = (_call, socket) => answers.shift() ?? void socket.destroy();
  expect(await signal(facebook(), context())).toMatchObject({ kind: 'rejected', class: 'blocked' });
  expect(await signal(facebook(), context())).toMatchObject({ kind: 'unknown' });
  expect(await signal(facebook(), context())).toMatchObject({ kind: 'unknown' });
});

test('a press of an old button is no message one could react to', async () => {
  const verdict = await facebook().outcome.react('postback:5:1:A', '❤', context());
  expect(verdict).toMatchObject({ kind: 'rejected', class: 'permanent', code: 'no_message' });
  expect(network.calls).toEqual([]);
});

test('what Facebook has no call for is absent', () => {
  const { outcome } = facebook();
  expect(['edit' in outcome, 'delete' in outcome, 'acknowledge' in outcome]).toEqual([false, false, false]);
  expect(outcome.powers).not.toContain('edit');
  expect(outcome.powers).not.toContain('delete');
});

const lastInboundAt = new Date('2026-11-20T12:00:00.000Z');
const policyAfter = (hours: number, setting: string, human: boolean): SendPolicy =>
  facebook(setting).outcome.policy({ lastInboundAt, now: new Date(lastInboundAt.getTime() + hours * HOUR), human });

test.each<[string, string, boolean, number]>([
  ['a person, no tag granted', 'off', true, 24],
  ['a program, no tag granted', 'off', false, 24],
  ['a program, the tag granted', 'on', false, 24],
  ['a person, the tag granted', 'on', true, 168],
])('the window: %s', (_, setting, human, hours) => {
  const inside = policyAfter(24 - 1e-6, setting, human);
  const until = new Date(lastInboundAt.getTime() + 24 * HOUR);
  const { powers } = facebook().outcome;
  expect(inside).toEqual({ allowed: true, until, reason: null, kinds: powers, tag: null });
  expect(policyAfter(hours, setting, human)).toMatchObject({ allowed: false, until: null, kinds: [], tag: null });
  if (hours === 24) return;
  expect(policyAfter(24, setting, human)).toEqual({
    allowed: true,
    until: new Date(lastInboundAt.getTime() + hours * HOUR),
    reason: null,
    kinds: ['text', 'image', 'video', 'audio', 'file', 'choices', 'reply'],
    tag: 'HUMAN_AGENT',
  });
});

test('who never wrote cannot be written to', () => {
  const first: PolicyContext = { now: lastInboundAt, human: true };
  expect(facebook('on').outcome.policy(first)).toMatchObject({ allowed: false, tag: null });
});

test.each<[string, string, boolean, number, object]>([
  ['within 24 hours', 'on', true, 23, { messaging_type: 'RESPONSE' }],
  ['later, by a person', 'on', true, 25, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }],
  ['later, by a program', 'on', false, 25, { messaging_type: 'RESPONSE' }],
  ['later, no tag granted', 'off', true, 25, { messaging_type: 'RESPONSE' }],
])('Meta is told what kind of answer it is: %s', async (_, setting, human, hours, expected) => {
  const wrote = new Date(Date.now() - hours * HOUR);
  const message = { id: 'our-id', content: { text: 'x' }, files: [] };
  await facebook(setting).outcome.send(message, context({ human, lastInboundAt: wrote }));
  const {
    recipient: _to,
    message: _said,
    ...kind
  } = JSON.parse(network.calls[0]?.body ?? '') as Record<string, unknown>;
  expect(kind).toEqual(expected);
});

test('profiles: a name, none, or later', async () => {
  const error = (code: number): { status: number; body: string } => ({
    status: 400,
    body: JSON.stringify({ error: { message: '…', code, error_subcode: 33 } }),
  });
  const answers = [
    { status: 200, body: '{"name":"Iryna Lys","id":"7329150486617043"}' },
    { status: 200, body: '{"first_name":"Iryna","id":"7329150486617043"}' },
    { status: 200, body: '{}' },
    error(100),
    error(2),
    { status: 502, body: '<html>' },
  ];
  network.script = () => answers.shift();
  const { profile } = facebook();
  expect(await profile.read(account, recipient)).toEqual({ name: 'Iryna Lys' });
  expect(network.calls[0]?.url).toMatch(/^\/v26\.0\/7329150486617043\?fields=first_name/);
  expect(await profile.read(account, recipient)).toEqual({ name: 'Iryna' });
  expect(await profile.read(account, recipient)).toBeUndefined();
  expect(await profile.read(account, recipient)).toBeUndefined();
  await expect(profile.read(account, recipient)).rejects.toThrow('later');
  await expect(profile.read(account, recipient)).rejects.toThrow('later');
});
