import {
  GuardedHttp,
  type Attachment,
  type MessageContent,
  type OutgoingFile,
  type SendContext,
  type SendVerdict,
} from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { expand, refusal } from './outbound/content.js';
import { WhatsAppMessenger } from './whatsapp.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const NUMBER = '116204873915508';
const HOUR = 3_600_000;
const account = {
  channelId: 'c1',
  messenger: 'whatsapp',
  source: NUMBER,
  credentials: { accessToken: 'EAATestSystemUserToken' },
};
const pdf: OutgoingFile = {
  type: 'file',
  name: 'Füße.pdf',
  mimeType: 'application/pdf',
  size: 4,
  link: 'https://chat.example.com/F%C3%BC%C3%9Fe.pdf',
  read: () => Promise.resolve(Buffer.from('%PDF')),
};
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer(({ url }) => ({
    status: 200,
    body: url.includes('/media') ? '{"id":"4711"}' : sample(fixtures, 'api-send-ok'),
  }));
  http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 2_000 });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const outcome = () => new WhatsAppMessenger({ graphUrl: network.url, appSecret: 'app_secret_1' }, http).outcome;
const context = (externalId = 'UA.27408193650271846395', change: Partial<SendContext> = {}): SendContext => ({
  account,
  recipient: { scope: NUMBER, externalId },
  human: true,
  lastInboundAt: new Date(),
  signal: AbortSignal.timeout(2_000),
  ...change,
});
const send = (content: MessageContent, files: OutgoingFile[] = [], to?: string): Promise<SendVerdict> =>
  outcome().send({ id: 'our-id', content, files }, context(to));
const bodies = () => network.calls.map(({ body }) => JSON.parse(body) as object);

test('a text goes to the person by their business-scoped id, with our id; the token travels in a header', async () => {
  expect(await send({ text: 'Hello', replyTo: 'wamid.Q' })).toEqual({ kind: 'sent', externalId: 'wamid.RRFFMN4' });
  const [call] = network.calls;
  expect(call?.url).toMatch(new RegExp(`^/v26\\.0/${NUMBER}/messages\\?appsecret_proof=[0-9a-f]{64}$`));
  expect(call?.headers['authorization']).toBe('Bearer EAATestSystemUserToken');
  expect(bodies()).toEqual([
    {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      recipient: 'UA.27408193650271846395',
      context: { message_id: 'wamid.Q' },
      biz_opaque_callback_data: 'our-id',
      type: 'text',
      text: { body: 'Hello' },
    },
  ]);
});

test.each([
  ['447700900463', { to: '447700900463' }],
  ['US.ENT.20471639058812746395', { recipient: 'US.ENT.20471639058812746395' }],
])('%s is addressed as what it is', async (to, address) => {
  await send({ text: 'Hello' }, [], to);
  expect(bodies()).toEqual([expect.objectContaining(address)]);
  expect(Object.keys(bodies()[0]!).filter((name) => ['to', 'recipient'].includes(name))).toHaveLength(1);
});

test('a quote of what WhatsApp has no id for is left out', async () => {
  await send({ text: 'Hello', replyTo: 'sha256:1' });
  expect(bodies()[0]).not.toHaveProperty('context');
});

test.each<[string, MessageContent['choices'], object]>([
  [
    'few short ones are buttons',
    [{ title: 'Yes', payload: 'y' }, { title: 'No' }],
    {
      type: 'button',
      action: {
        buttons: [
          { type: 'reply', reply: { id: 'y', title: 'Yes' } },
          { type: 'reply', reply: { id: 'No', title: 'No' } },
        ],
      },
    },
  ],
  [
    'more are a list',
    ['1', '2', '3', '4'].map((title) => ({ title })),
    {
      type: 'list',
      action: { button: '☰', sections: [{ rows: ['1', '2', '3', '4'].map((n) => ({ id: n, title: n })) }] },
    },
  ],
  [
    'one that opens a page',
    [{ title: 'Open', url: 'https://example.com' }],
    { type: 'cta_url', action: { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://example.com' } } },
  ],
])('choices: %s', async (_, choices, interactive) => {
  await send({ text: 'Which?', choices: choices! });
  expect(bodies()).toEqual([
    expect.objectContaining({ type: 'interactive', interactive: { ...interactive, body: { text: 'Which?' } } }),
  ]);
});

test('a file is uploaded, then sent by its id with its caption', async () => {
  expect(await send({ text: 'See', attachments: [{ type: 'file' }] }, [pdf])).toMatchObject({ kind: 'sent' });
  const [upload, sending] = network.calls;
  expect(upload?.url).toContain(`/v26.0/${NUMBER}/media?`);
  expect(upload?.body).toContain('filename="Füße.pdf"');
  expect(upload?.body).toContain('name="messaging_product"');
  expect(JSON.parse(sending?.body ?? '')).toMatchObject({
    type: 'document',
    document: { id: '4711', filename: 'Füße.pdf', caption: 'See' },
  });
});

test.each<[string, string]>([
  ['a picture of a kind WhatsApp does not show', 'image/bmp'],
  ['a picture of more than 5 MB', 'image/jpeg'],
])('%s goes as a document', async (_, mimeType) => {
  const size = mimeType === 'image/jpeg' ? 6 * 1024 * 1024 : 9;
  await send({ attachments: [{ type: 'image' }] }, [{ ...pdf, type: 'image', mimeType, size }]);
  expect(JSON.parse(network.calls[1]?.body ?? '')).toMatchObject({ type: 'document', document: { id: '4711' } });
});

test('an upload without an answer is tried again: nothing was sent', async () => {
  network.script = (_, socket) => void socket.resetAndDestroy();
  expect(await send({ attachments: [{ type: 'file' }] }, [pdf])).toMatchObject({
    kind: 'rejected',
    class: 'retryAfter',
    code: 'file_not_uploaded',
  });
  network.script = () => ({ status: 502, body: '<html>' });
  expect(await send({ attachments: [{ type: 'file' }] }, [pdf])).toMatchObject({ class: 'retryAfter' });
  expect(network.calls.every(({ url }) => url.includes('/media'))).toBe(true);
});

test('a file Meta was still busy with is sent once more, and not for ever', async () => {
  network.script = () => ({ status: 400, body: '{"error":{"code":131053}}' });
  expect(await send({ text: 'Hello' })).toMatchObject({ kind: 'rejected', class: 'permanent', code: '131053' });
  expect(network.calls).toHaveLength(2);
});

test('so is an upload it was still busy with', async () => {
  const [script, busy] = [network.script, { status: 400, body: '{"error":{"code":131053}}' }];
  network.script = (call, calls) => (network.calls.length === 1 ? busy : script(call, calls));
  expect(await send({ attachments: [{ type: 'file' }] }, [pdf])).toMatchObject({ kind: 'sent' });
  expect(network.calls.map(({ url }) => url.split('?')[0]?.split('/').at(-1))).toEqual(['media', 'media', 'messages']);
});

test('where Meta tells when calls are allowed again, the whole number waits', async () => {
  const usage = JSON.stringify({ '1': [{ estimated_time_to_regain_access: 3 }] });
  const headers = { 'x-business-use-case-usage': usage };
  network.script = () => ({ status: 400, headers, body: '{"error":{"code":80007}}' });
  expect(await send({ text: 'Hello' })).toMatchObject({ retryAfterMs: 180_000, wholeChannel: true });
});

test('typing and seen are said of what the person wrote last, reactions of what they are about', async () => {
  const about = context(undefined, { lastInboundId: 'wamid.IN' });
  expect(await outcome().typing(about)).toEqual({ kind: 'done' });
  expect(await outcome().markSeen(about)).toEqual({ kind: 'done' });
  expect(await outcome().react('wamid.IN', '👍', about)).toEqual({ kind: 'done' });
  expect(await outcome().react('wamid.IN', undefined, about)).toEqual({ kind: 'done' });
  const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.IN' };
  expect(bodies()).toEqual([
    { ...read, typing_indicator: { type: 'text' } },
    read,
    expect.objectContaining({ type: 'reaction', reaction: { message_id: 'wamid.IN', emoji: '👍' } }),
    expect.objectContaining({ type: 'reaction', reaction: { message_id: 'wamid.IN', emoji: '' } }),
  ]);
  expect(await outcome().typing(context())).toMatchObject({ kind: 'rejected', code: 'no_message' });
  expect(network.calls).toHaveLength(4);
});

test('24 hours by WhatsApp’s clock, and not a moment longer', () => {
  const lastInboundAt = new Date('2026-11-22T10:00:00Z');
  const after = (ms: number) =>
    outcome().policy({ lastInboundAt, now: new Date(lastInboundAt.getTime() + ms), human: true });
  expect(after(24 * HOUR - 1)).toMatchObject({ allowed: true, until: new Date('2026-11-23T10:00:00Z') });
  expect(after(24 * HOUR)).toMatchObject({
    allowed: false,
    kinds: [],
    reason: expect.stringMatching(/24 hours/) as string,
  });
  expect(outcome().policy({ now: new Date(), human: true })).toMatchObject({ allowed: false });
});

const photo: Attachment = { type: 'image', mimeType: 'image/jpeg', size: 9 };
const song: Attachment = { type: 'audio', mimeType: 'audio/mpeg', size: 9 };
const choices = [{ title: 'Yes' }];
const long = 'word '.repeat(250).trim();

test.each<[string, MessageContent, MessageContent[]]>([
  [
    'a short text is the first file’s caption',
    { text: 'Hi', attachments: [photo, song], replyTo: 'wamid.1' },
    [{ text: 'Hi', attachments: [photo], replyTo: 'wamid.1' }, { attachments: [song] }],
  ],
  ['audio takes none', { text: 'Hi', attachments: [song] }, [{ text: 'Hi' }, { attachments: [song] }]],
  [
    'nor does anything take a long one',
    { text: long, attachments: [photo] },
    [{ text: long }, { attachments: [photo] }],
  ],
  [
    'with choices the text comes last',
    { text: 'Hi', attachments: [photo], choices },
    [{ attachments: [photo] }, { text: 'Hi', choices }],
  ],
])('parts: %s', (_, content, parts) => {
  expect(expand(content)).toEqual(parts);
  expect(parts.map(refusal).filter(Boolean)).toEqual([]);
});

test('over buttons stands what fits, the rest before it; over a list more fits', () => {
  const parts = expand({ text: long, choices });
  expect(parts).toHaveLength(2);
  expect(parts.map(refusal)).toEqual([undefined, undefined]);
  expect(
    expand({ text: long, choices: [{ title: 'a title over twenty' }, { title: 'one of 22 characters..' }] }),
  ).toHaveLength(1);
});

test.each<[string, MessageContent]>([
  ['empty', {}],
  ['choices_without_text', { choices }],
  ['choices_without_text', { attachments: [photo], choices }],
  ['text_too_long', { text: 'x'.repeat(4_097) }],
  ['text_too_long', { text: 'x'.repeat(1_025), choices }],
  ['caption_too_long', { text: 'x'.repeat(1_025), attachments: [photo] }],
  ['audio_with_text', { text: 'x', attachments: [song] }],
  ['too_much_at_once', { attachments: [photo, photo] }],
  ['attachment_not_supported', { attachments: [{ type: 'sticker' }] }],
  ['file_empty', { attachments: [{ ...photo, size: 0 }] }],
  ['file_too_large', { attachments: [{ type: 'file', size: 100 * 1024 * 1024 + 1 }] }],
  ['too_many_choices', { text: 'x', choices: Array.from({ length: 11 }, (_, n) => ({ title: `${n}` })) }],
  ['too_many_choices', { text: 'x', choices: [{ title: 'a', url: 'https://example.com' }, { title: 'b' }] }],
  ['choices_not_distinct', { text: 'x', choices: [{ title: 'a' }, { title: 'a', payload: 'b' }] }],
  ['choice_without_title', { text: 'x', choices: [{ title: ' ' }] }],
  ['choice_title_too_long', { text: 'x', choices: [{ title: 'x'.repeat(25) }] }],
  ['choice_payload_too_long', { text: 'x', choices: [{ title: 'x', payload: 'x'.repeat(257) }] }],
  ['choice_url_not_valid', { text: 'x', choices: [{ title: 'x', url: 'javascript:alert(1)' }] }],
])('%s is refused before it is sent', (code, content) => {
  expect(refusal(content)).toEqual({ code, sentence: expect.stringMatching(/^\p{L}.*\.$/u) as string });
});
