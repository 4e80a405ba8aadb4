import { GuardedHttp, type Attachment, type MessageContent, type OutgoingFile, type SendContext } from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { InstagramMessenger } from './instagram.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const ACCOUNT = '17841906253847113';
const PERSON = '938174650228415';
const account = {
  channelId: 'c1',
  messenger: 'instagram',
  source: ACCOUNT,
  credentials: { accessToken: 'IGAATestUserToken' },
};
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

const instagram = (change: object = {}) =>
  new InstagramMessenger({ graphUrl: network.url, graphVersion: 'v26.0', ...change }, http);
const context = (change: Partial<SendContext> = {}): SendContext => ({
  account,
  recipient: { scope: ACCOUNT, externalId: PERSON },
  human: true,
  lastInboundAt: new Date(),
  signal: AbortSignal.timeout(2_000),
  ...change,
});

async function sentBody(
  content: MessageContent,
  files: OutgoingFile[] = [],
  change: Partial<SendContext> = {},
): Promise<unknown> {
  const { outcome } = instagram({ humanAgentTag: 'on' });
  const verdict = await outcome.send({ id: 'our-id', content, files }, context(change));
  expect(verdict).toEqual({ kind: 'sent', externalId: 'aWdfDRHNGB5' });
  return JSON.parse(network.calls.at(-1)?.body ?? '');
}

const file = (
  type: 'image' | 'file',
  name: string,
  mimeType: string,
): OutgoingFile & { readonly type: 'image' | 'file' } => ({
  type,
  name,
  mimeType,
  size: 10,
  link: `https://chat.example.com/v1/attachments/1/${name}?signature=x`,
  read: () => Promise.reject(new Error('Instagram fetches it')),
});
const attachmentOf = ({ type, name, mimeType, size }: OutgoingFile): Attachment => ({ type, name, mimeType, size });

test('an answer goes to the person, the token in a header, and no proof in the address', async () => {
  expect(await sentBody({ text: 'Hello', replyTo: 'aWdf0' })).toEqual({
    recipient: { id: PERSON },
    message: { text: 'Hello' },
    reply_to: { mid: 'aWdf0' },
  });
  expect(network.calls[0]).toMatchObject({
    method: 'POST',
    url: `/v26.0/${ACCOUNT}/messages`,
    headers: { authorization: 'Bearer IGAATestUserToken' },
  });
});

test('a late answer of a person goes under the tag', async () => {
  const late = { lastInboundAt: new Date(Date.now() - 30 * HOUR) };
  expect(await sentBody({ text: 'Hello' }, [], late)).toMatchObject({
    messaging_type: 'MESSAGE_TAG',
    tag: 'HUMAN_AGENT',
  });
});

test('files go by their addresses, images together', async () => {
  const [one, two, bill] = [
    file('image', 'a.png', 'image/png'),
    file('image', 'b.png', 'image/png'),
    file('file', 'c.pdf', 'application/pdf'),
  ];
  const payload = ({ type, link }: OutgoingFile) => ({ type, payload: { url: link } });
  const of = (...files: OutgoingFile[]) => sentBody({ attachments: files.map(attachmentOf) }, files);
  expect(await of(bill)).toMatchObject({ message: { attachment: payload(bill) } });
  expect(await of(one, two)).toMatchObject({ message: { attachments: [payload(one), payload(two)] } });
});

test('choices are quick replies, or buttons where one opens a page', async () => {
  const oak = { title: 'Oak', payload: 'O' };
  expect(await sentBody({ text: 'Pick', choices: [oak] })).toMatchObject({
    message: { text: 'Pick', quick_replies: [{ content_type: 'text', ...oak }] },
  });
  const shop = { title: 'Shop', url: 'https://x.example' };
  expect(await sentBody({ text: 'Pick', choices: [shop] })).toMatchObject({
    message: {
      attachment: { type: 'template', payload: { template_type: 'button', buttons: [{ type: 'web_url', ...shop }] } },
    },
  });
});

test('Instagram itself is given https addresses only', async () => {
  const picture = {
    ...file('image', 'a.png', 'image/png'),
    link: 'http://127.0.0.1:3000/v1/attachments/1/a.png?signature=x',
  };
  const message = { id: 'our-id', content: { attachments: [attachmentOf(picture)] }, files: [picture] };
  expect(await instagram({ graphUrl: 'https://graph.instagram.com' }).outcome.send(message, context())).toMatchObject({
    kind: 'rejected',
    class: 'permanent',
    code: 'link_not_https',
    sentence: expect.stringContaining('PARLEY_PUBLIC_URL') as string,
  });
  expect(await instagram().outcome.send(message, context())).toMatchObject({ kind: 'sent' });
  expect(await instagram().outcome.send({ ...message, files: [] }, context())).toMatchObject({ code: 'file_missing' });
});

test('hearts, typing and seen', async () => {
  const { outcome } = instagram();
  const acts = async (doing: Promise<unknown>) => {
    expect(await doing).toEqual({ kind: 'done' });
    return JSON.parse(network.calls.at(-1)?.body ?? '') as unknown;
  };
  const recipient = { id: PERSON };
  expect(await acts(outcome.react('aWdf0', '❤️', context()))).toEqual({
    recipient,
    sender_action: 'react',
    payload: { message_id: 'aWdf0', reaction: 'love' },
  });
  expect(await acts(outcome.react('aWdf0', undefined, context()))).toEqual({
    recipient,
    sender_action: 'unreact',
    payload: { message_id: 'aWdf0' },
  });
  expect(await acts(outcome.typing(context()))).toEqual({ recipient, sender_action: 'typing_on' });
  expect(await acts(outcome.markSeen(context()))).toEqual({ recipient, sender_action: 'mark_seen' });
  const asked = network.calls.length;
  expect(await outcome.react('aWdf0', '👍', context())).toMatchObject({ code: 'reaction_not_supported' });
  expect(await outcome.react('postback:1', '❤️', context())).toMatchObject({ code: 'no_message' });
  expect(network.calls).toHaveLength(asked);
});

test('the window is 24 hours, 7 days for people where Meta has granted it', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const ask = (hours: number, human: boolean, humanAgentTag: string) =>
    instagram({ humanAgentTag }).outcome.policy({ lastInboundAt: new Date(now.getTime() - hours * HOUR), now, human });
  expect(ask(23, false, 'off')).toMatchObject({ allowed: true, tag: null });
  expect(ask(25, true, 'off')).toMatchObject({
    allowed: false,
    reason: expect.stringMatching(/^Instagram .* 24 hours/) as string,
  });
  expect(ask(25, true, 'on')).toMatchObject({ allowed: true, tag: 'HUMAN_AGENT' });
  expect(ask(25, false, 'on')).toMatchObject({ allowed: false });
  expect(ask(7 * 24 + 1, true, 'on')).toMatchObject({ allowed: false });
});

const image: Attachment = { type: 'image', mimeType: 'image/png', size: 10 };
const pdf: Attachment = { type: 'file', mimeType: 'application/pdf', size: 10 };

test.each<[string, MessageContent, MessageContent[]]>([
  [
    'Latin letters',
    { text: `${'a'.repeat(900)} ${'b'.repeat(900)}` },
    [{ text: 'a'.repeat(900) }, { text: 'b'.repeat(900) }],
  ],
  [
    'Cyrillic letters, of two bytes each',
    { text: `${'ж'.repeat(450)} ${'б'.repeat(450)}` },
    [{ text: 'ж'.repeat(450) }, { text: 'б'.repeat(450) }],
  ],
  ['emojis, of four', { text: '🙂'.repeat(300) }, [{ text: '🙂'.repeat(250) }, { text: '🙂'.repeat(50) }]],
  [
    'a text, images and a file',
    { text: 'x', attachments: [image, image, pdf, image], replyTo: 'aWdf0' },
    [
      { text: 'x', replyTo: 'aWdf0' },
      { attachments: [image, image] },
      { attachments: [pdf] },
      { attachments: [image] },
    ],
  ],
  [
    'eleven images',
    { attachments: Array.from({ length: 11 }, () => image) },
    [{ attachments: Array.from({ length: 10 }, () => image) }, { attachments: [image] }],
  ],
])('expanded: %s', (_, content, parts) => {
  expect(instagram().outcome.expand(content)).toEqual(parts);
});

test.each<[string, MessageContent, string | undefined]>([
  ['1000 bytes', { text: 'ж'.repeat(500) }, undefined],
  ['1001 bytes', { text: `${'ж'.repeat(500)}x` }, 'text_too_long'],
  ['nothing', {}, 'empty'],
  ['ten images', { attachments: Array.from({ length: 10 }, () => image) }, undefined],
  ['eleven images', { attachments: Array.from({ length: 11 }, () => image) }, 'too_much_at_once'],
  ['an image and a file', { attachments: [image, pdf] }, 'too_much_at_once'],
  ['a text with a file', { text: 'x', attachments: [pdf] }, 'too_much_at_once'],
  ['8 MB', { attachments: [{ ...image, size: 8_000_000 }] }, undefined],
  ['an image of more', { attachments: [image, { ...image, size: 8_000_001 }] }, 'file_too_large'],
  ['a file of 25 MB', { attachments: [{ ...pdf, size: 25_000_000 }] }, undefined],
  ['an empty file', { attachments: [{ ...pdf, size: 0 }] }, 'file_empty'],
  ['WebP', { attachments: [{ ...image, mimeType: 'image/webp' }] }, 'format_not_supported'],
  ['a spreadsheet', { attachments: [{ ...pdf, mimeType: 'application/vnd.ms-excel' }] }, 'format_not_supported'],
  ['MP3', { attachments: [{ type: 'audio', mimeType: 'audio/mpeg', size: 1 }] }, 'format_not_supported'],
  [
    'sound with its codec',
    { attachments: [{ type: 'audio', mimeType: 'audio/mp4; codecs=mp4a', size: 1 }] },
    undefined,
  ],
  ['a place', { attachments: [{ type: 'location' }] }, 'attachment_not_supported'],
  ['choices alone', { choices: [{ title: 'x' }] }, 'choices_without_text'],
  ['14 quick replies', { text: 'x', choices: Array.from({ length: 14 }, () => ({ title: 'x' })) }, 'too_many_choices'],
])('refused or not: %s', (_, content, code) => {
  const refused = instagram().outcome.refusal(content);
  expect(refused?.code).toBe(code);
  if (refused) expect(refused.sentence).toMatch(/^\p{L}.*[.]$/u);
});

test.each<[number, number | undefined, string]>([
  [10, 2534022, 'windowClosed'],
  [10, 2534037, 'permanent'],
  [100, 33, 'permanent'],
  [190, 460, 'reauthorize'],
  [3, undefined, 'permanent'],
  [230, undefined, 'permanent'],
  [613, undefined, 'retryAfter'],
  [10, 2534029, 'retryAfter'],
  [2534122, undefined, 'retryAfter'],
])('error %s/%s is %s', async (code, subcode, expected) => {
  network.script = () => ({ status: 400, body: JSON.stringify({ error: { code, error_subcode: subcode } }) });
  const verdict = await instagram().outcome.send({ id: 'i', content: { text: 'x' }, files: [] }, context());
  expect(verdict).toMatchObject({ kind: 'rejected', class: expected });
});

test('what Meta does not know itself is unknown, and as long as it says it must rest the channel rests', async () => {
  const send = () => instagram().outcome.send({ id: 'i', content: { text: 'x' }, files: [] }, context());
  network.script = () => ({ status: 400, body: '{"error":{"code":-1,"message":"Unknown"}}' });
  expect(await send()).toMatchObject({ kind: 'unknown' });
  const usage = JSON.stringify({ [ACCOUNT]: [{ type: 'instagram', estimated_time_to_regain_access: 7 }] });
  network.script = () => ({
    status: 400,
    body: '{"error":{"code":80002}}',
    headers: { 'x-business-use-case-usage': usage },
  });
  expect(await send()).toMatchObject({ class: 'retryAfter', retryAfterMs: 7 * 60_000, wholeChannel: true });
});

test('people are called by their names, else by their user names, else by nothing', async () => {
  const read = async (body: object, status = 200) => {
    network.script = () => ({ status, body: JSON.stringify(body) });
    return instagram().profile.read(account, { scope: ACCOUNT, externalId: PERSON });
  };
  expect(await read({ name: 'Iryna Lys', username: 'lys' })).toEqual({ name: 'Iryna Lys' });
  expect(network.calls[0]?.url).toBe(`/v26.0/${PERSON}?fields=name%2Cusername`);
  expect(await read({ username: 'lys' })).toEqual({ name: 'lys' });
  expect(await read({})).toBeUndefined();
  expect(await read({ error: { code: 230 } }, 400)).toBeUndefined();
  await expect(read({ error: { code: 2 } }, 500)).rejects.toThrow('later');
});
