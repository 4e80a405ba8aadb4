import {
  GuardedHttp,
  type MessageContent,
  type OutgoingFile,
  type SendContext,
  type SendVerdict,
} from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { choiceOf } from './choice-data.js';
import { LineMessenger } from './line.messenger.js';
import { expand, refusal } from './outbound/content.js';

const ID = '0199a1b2-0000-7000-8000-000000000001';
const BOT = 'Uf4fca5a78367a3c24cdd34b377398366';
const PERSON = 'Ua5ad91a414e0eacf3edfdc828d1279e6';
const account = {
  channelId: 'c1',
  messenger: 'line',
  source: BOT,
  credentials: { channelAccessToken: 'line-test-token-77', channelSecret: 'dev_channel_secret_000000000000' },
};
const took = (...ids: string[]) => ({
  status: 200,
  body: JSON.stringify({ sentMessages: ids.map((id) => ({ id, quoteToken: 'q' })) }),
});
const file = (change: Partial<OutgoingFile> = {}): OutgoingFile => ({
  type: 'image',
  name: 'lamp.jpg',
  mimeType: 'image/jpeg',
  size: 1_000,
  link: 'https://chat.example.com/lamp.jpg?signature=s',
  read: () => Promise.reject(new Error('not wanted')),
  ...change,
});
const attached = (...files: OutgoingFile[]): MessageContent['attachments'] =>
  files.map(({ type, name, mimeType, size }) => ({ type, name, mimeType, size }));
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer(() => took('571038264190474116'));
  http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 2_000 });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const outcome = (apiUrl = network.url) => new LineMessenger({ apiUrl, dataUrl: apiUrl }, http).outcome;
const context = (): SendContext => ({
  account,
  recipient: { scope: BOT, externalId: PERSON },
  human: true,
  lastInboundAt: new Date(),
  signal: AbortSignal.timeout(2_000),
});
const send = (content: MessageContent, files: OutgoingFile[] = [], apiUrl?: string): Promise<SendVerdict> =>
  outcome(apiUrl).send({ id: ID, content, files }, context());
const said = () => (JSON.parse(network.calls[0]!.body) as { messages: unknown[] }).messages;

test('a text is pushed under our id as retry key; the token travels in a header', async () => {
  expect(await send({ text: 'Hello' })).toEqual({ kind: 'sent', externalId: '571038264190474116' });
  const { method, url, headers, body } = network.calls[0]!;
  expect([method, url]).toEqual(['POST', '/v2/bot/message/push']);
  expect(headers).toMatchObject({ authorization: 'Bearer line-test-token-77', 'x-line-retry-key': ID });
  expect(JSON.parse(body)).toEqual({ to: PERSON, messages: [{ type: 'text', text: 'Hello' }] });
});

test('what LINE took before is sent, with the ids it has', async () => {
  const { body } = took('571038264190474116');
  network.script = () => ({ status: 409, body: `{"message":"The retry key is already accepted",${body.slice(1)}` });
  expect(await send({ text: 'Hello' })).toEqual({ kind: 'sent', externalId: '571038264190474116' });
  network.script = () => ({ status: 409, body: '{"message":"The retry key is already accepted"}' });
  expect(await send({ text: 'Hello' })).toEqual({ kind: 'sent', externalId: `retry-key:${ID}` });
});

test('that LINE took it before, said in an answer that breaks off, is no refusal', async () => {
  network.script = () => ({ status: 409, body: '{"message":"The retry key is already acc' });
  expect(await send({ text: 'Hello' })).toMatchObject({ kind: 'unknown' });
});

test('a text and files are one call, and one message with several ids', async () => {
  network.script = () => took('1', '2', '3');
  const pdf = file({
    type: 'file',
    name: 'Füße.pdf',
    mimeType: 'application/pdf',
    link: 'https://chat.example.com/F.pdf',
  });
  const content = { text: 'Both', attachments: attached(file(), pdf) };
  expect(await send(content, [file(), pdf])).toEqual({
    kind: 'sent',
    externalId: '1',
    externalIds: ['1', '2', '3'],
  });
  const { link } = file();
  expect(said()).toEqual([
    { type: 'text', text: 'Both' },
    { type: 'image', originalContentUrl: link, previewImageUrl: link },
    { type: 'text', text: 'Füße.pdf\nhttps://chat.example.com/F.pdf' },
  ]);
});

test.each<[string, Partial<OutgoingFile>]>([
  ['a picture that is too large for a preview', { size: 1024 * 1024 + 1 }],
  ['a picture LINE does not show', { mimeType: 'image/webp' }],
  ['a film, which needs a picture', { type: 'video', mimeType: 'video/mp4' }],
  ['a recording, which needs a length', { type: 'audio', mimeType: 'audio/mp4' }],
])('%s goes by name and link', async (_, change) => {
  await send({ attachments: attached(file(change)) }, [file(change)]);
  expect(said()).toEqual([{ type: 'text', text: `lamp.jpg\n${file().link}` }]);
});

test('files LINE could not fetch are not sent, and it is said why', async () => {
  const http = file({ link: 'http://127.0.0.1:3000/lamp.jpg' });
  const attachments = attached(http);
  expect(await send({ attachments }, [http], 'https://api.line.me')).toMatchObject({
    code: 'file_needs_https',
    class: 'permanent',
    sentence: expect.stringContaining('PARLEY_PUBLIC_URL') as string,
  });
  const long = file({ link: `https://chat.example.com/${'x'.repeat(2_000)}` });
  expect(await send({ attachments }, [long])).toMatchObject({ code: 'file_name_too_long' });
  expect(await send({ attachments }, [])).toMatchObject({ code: 'file_missing' });
  expect(network.calls).toEqual([]);
  // A simulator on loopback fetches as well.
  expect(await send({ attachments }, [http])).toMatchObject({ kind: 'sent' });
});

test('choices are quick replies under the last part, which give back title and payload', async () => {
  const choices = [
    { title: 'Yes', payload: 'order-7:yes' },
    { title: 'No' },
    { title: 'Shop', url: 'https://shop.example.com' },
  ];
  const [, last] = expand({ text: `${'x'.repeat(5_000)} end`, choices });
  await send(last!);
  const [{ quickReply, ...message }] = said() as [{ quickReply: { items: { action: { data?: string } }[] } }];
  expect(message).toEqual({ type: 'text', text: 'end' });
  const data = '{"title":"Yes","payload":"order-7:yes"}';
  expect(quickReply.items).toEqual([
    { type: 'action', action: { type: 'postback', label: 'Yes', data, displayText: 'Yes' } },
    { type: 'action', action: { type: 'postback', label: 'No', data: 'No', displayText: 'No' } },
    { type: 'action', action: { type: 'uri', label: 'Shop', uri: 'https://shop.example.com' } },
  ]);
  expect(choiceOf(data)).toEqual(choices[0]);
});

test('five of LINE’s messages go in one call', () => {
  const files = Array.from({ length: 11 }, (_, n) => ({ type: 'image' as const, name: `${n}`, size: 1 }));
  const parts = expand({ text: 'Look', attachments: files, choices: [{ title: 'Nice' }] });
  expect(parts.map(({ text, attachments, choices }) => [text, attachments?.length, choices?.length])).toEqual([
    ['Look', 4, undefined],
    [undefined, 5, undefined],
    [undefined, 2, 1],
  ]);
  expect(parts.map(refusal)).toEqual([undefined, undefined, undefined]);
});

test.each<[string, MessageContent]>([
  ['empty', { text: ' \n' }],
  ['choices_without_text', { choices: [{ title: 'Yes' }] }],
  ['too_much_at_once', { text: 'Look', attachments: attached(file(), file(), file(), file(), file()) }],
  ['file_empty', { attachments: attached(file({ size: 0 })) }],
  ['attachment_not_supported', { attachments: [{ type: 'location', location: { latitude: 1, longitude: 1 } }] }],
  ['too_many_choices', { text: 'Pick', choices: Array.from({ length: 14 }, (_, n) => ({ title: `${n}` })) }],
  ['choice_without_title', { text: 'Pick', choices: [{ title: ' ' }] }],
  ['choice_title_too_long', { text: 'Pick', choices: [{ title: 'x'.repeat(21) }] }],
  ['choice_payload_too_long', { text: 'Pick', choices: [{ title: 'x', payload: 'y'.repeat(301) }] }],
  ['choice_url_not_valid', { text: 'Pick', choices: [{ title: 'x', url: 'tel:123' }] }],
])('%s is refused before LINE is asked', async (code, content) => {
  expect(refusal(content)?.code).toBe(code);
  expect(await send(content)).toMatchObject({ kind: 'rejected', class: 'permanent', code });
  expect(network.calls).toEqual([]);
});

test('a payload that leaves no room for its title goes alone', async () => {
  const payload = 'y'.repeat(300);
  await send({ text: 'Pick', choices: [{ title: 'x', payload }] });
  expect(JSON.stringify(said())).toContain(`"data":"${payload}"`);
  expect(choiceOf(payload)).toEqual({ title: payload, payload });
});

test('the month’s quota is told from being too fast', async () => {
  network.script = () => ({ status: 429, body: '{"message":"You have reached your monthly limit."}' });
  expect(await send({ text: 'Hello' })).toMatchObject({
    class: 'permanent',
    sentence: expect.stringContaining('month') as string,
  });
  network.script = () => ({
    status: 429,
    body: '{"message":"The API rate limit has been exceeded. Try again later."}',
  });
  expect(await send({ text: 'Hello' })).toMatchObject({ class: 'retryAfter', wholeChannel: true });
});

test.each([500, 502, 503])('an error %i of LINE’s own leaves nobody knowing', async (status) => {
  network.script = () => ({ status, body: '{"message":"Internal error"}' });
  expect(await send({ text: 'Hello' })).toMatchObject({ kind: 'unknown' });
});

test('typing is shown for some seconds', async () => {
  network.script = () => ({ status: 202, body: '{}' });
  expect(await outcome().typing(context())).toEqual({ kind: 'done' });
  const [{ url, body }] = network.calls as [(typeof network.calls)[0]];
  expect(url).toBe('/v2/bot/chat/loading/start');
  expect(JSON.parse(body)).toEqual({ chatId: PERSON, loadingSeconds: 10 });
});

test('somebody who never wrote is not written to', () => {
  const now = new Date();
  expect(outcome().policy({ now, human: true })).toMatchObject({ allowed: false });
  expect(outcome().policy({ now, human: false, lastInboundAt: new Date(0) })).toMatchObject({ allowed: true });
});
