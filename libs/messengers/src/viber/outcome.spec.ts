import { GuardedHttp, type HttpAnswer, type HttpCall, type MessageContent } from '#messenger-kit';
import type { Attachment, OutgoingFile, SendContext, SendVerdict } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { expand, refusal } from './outbound/content.js';
import { ViberMessenger } from './viber.messenger.js';

const TOKEN = '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b';
const BOT = 'pa:61820947355028613409';
const MB = 1_000_000;
const account = {
  channelId: 'c1',
  messenger: 'viber',
  source: BOT,
  credentials: { authToken: TOKEN, senderName: 'Corner Shop' },
};
const aFile = (change: Partial<OutgoingFile> = {}): OutgoingFile => {
  const name = change.name ?? 'договір.pdf';
  return {
    type: 'file',
    name,
    mimeType: 'application/pdf',
    size: 4,
    link: `https://chat.example.com/v1/attachments/7/${encodeURIComponent(name)}?signature=x`,
    read: () => Promise.reject(new Error('Viber fetches it')),
    ...change,
  };
};
const pdf = aFile();
const jpeg = aFile({ type: 'image', name: 'a.JPG', mimeType: 'image/jpeg' });
const mp4 = aFile({ type: 'video', name: 'a.mp4', mimeType: 'video/mp4', size: 26 * MB });
const asAttachment = ({ type, name, mimeType, size }: OutgoingFile, more: Partial<Attachment> = {}): Attachment => {
  return { type, name, mimeType, size, ...more };
};
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer(() => ({
    status: 200,
    body: '{"status":0,"status_message":"ok","message_token":5617382940165281794}',
  }));
  http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 2_000 });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const outcome = () => new ViberMessenger({ apiUrl: network.url }, http).outcome;
const context = (): SendContext => ({
  account,
  recipient: { scope: BOT, externalId: 'l8hV5/4w6N3+RDaej45Bdg==' },
  human: true,
  lastInboundAt: new Date(),
  signal: AbortSignal.timeout(2_000),
});
const send = (content: MessageContent, files: OutgoingFile[] = [], by = outcome()): Promise<SendVerdict> =>
  by.send({ id: 'our-id', content, files }, context());
const sendFile = (file: OutgoingFile, more: Partial<Attachment> = {}, content: MessageContent = {}) =>
  send({ ...content, attachments: [asAttachment(file, more)] }, [file]);
const bodies = () => network.calls.map(({ body }) => JSON.parse(body) as object);

test('a text goes under the bot’s name, the token in a header, and its token comes back with all digits', async () => {
  expect(await send({ text: 'Добрий день' })).toEqual({ kind: 'sent', externalId: '5617382940165281794' });
  const [call] = network.calls;
  expect([call?.method, call?.url]).toEqual(['POST', '/pa/send_message']);
  expect(call?.headers['x-viber-auth-token']).toBe(TOKEN);
  expect(bodies()).toEqual([
    {
      receiver: 'l8hV5/4w6N3+RDaej45Bdg==',
      min_api_version: 1,
      sender: { name: 'Corner Shop' },
      type: 'text',
      text: 'Добрий день',
    },
  ]);
});

test('choices are keys, and what they are called goes along', async () => {
  const choices = [
    { title: 'Yes & <no>', payload: 'y' },
    { title: 'Open', url: 'https://example.org/?a=1' },
  ];
  await send({ text: 'Which?', choices });
  const key = { Columns: 6, Rows: 1 };
  expect(bodies()).toEqual([
    expect.objectContaining({
      tracking_data: '{"choices":[["y","Yes & <no>"],["https://example.org/?a=1","Open"]]}',
      keyboard: {
        Type: 'keyboard',
        DefaultHeight: false,
        Buttons: [
          { ...key, ActionType: 'reply', ActionBody: 'y', Text: 'Yes &amp; &lt;no&gt;' },
          { ...key, ActionType: 'open-url', ActionBody: 'https://example.org/?a=1', Text: 'Open' },
        ],
      },
    }),
  ]);
});

const { link } = pdf;
const asFile = (file: OutgoingFile, file_name = file.name) => {
  return { type: 'file', media: file.link, size: file.size, file_name };
};
const gif = aFile({ type: 'image', name: 'a.gif', mimeType: 'image/gif' });
const large = aFile({ ...jpeg, size: MB + 1 });
const nameless = aFile({ ...jpeg, name: 'image' });
const long = aFile({ ...mp4, size: 26 * MB + 1 });
const music = aFile({ type: 'audio', name: 'a.mp3', mimeType: 'audio/mpeg' });
const noEnding = aFile({ name: 'договір' });

test.each<[string, OutgoingFile, Partial<Attachment>, object]>([
  ['a file, with size and name', pdf, {}, asFile(pdf)],
  ['a picture', jpeg, {}, { type: 'picture', media: jpeg.link }],
  ['a video, with its size', mp4, {}, { type: 'video', media: mp4.link, size: 26 * MB }],
  ['a video with its length', mp4, { duration: 8.2 }, { type: 'video', media: mp4.link, size: 26 * MB, duration: 9 }],
  ['a picture that may move', gif, {}, asFile(gif)],
  ['a picture of more than 1 MB', large, {}, asFile(large)],
  ['a picture whose address does not end like one', nameless, {}, asFile(nameless, 'image.jpeg')],
  ['a video of more than 26 MB', long, {}, asFile(long)],
  ['a video of more than ten minutes', mp4, { duration: 601 }, asFile(mp4)],
  ['music', music, {}, asFile(music)],
  ['a name without an ending', noEnding, {}, asFile(noEnding, 'договір.pdf')],
])('by address goes %s', async (_, file, more, media) => {
  expect(await sendFile(file, more)).toMatchObject({ kind: 'sent' });
  const ends = { receiver: 'l8hV5/4w6N3+RDaej45Bdg==', min_api_version: 1, sender: { name: 'Corner Shop' } };
  expect(bodies()).toEqual([{ ...ends, ...media }]);
});

test('a picture has a caption and may have keys', async () => {
  await sendFile(jpeg, {}, { text: 'This one?', choices: [{ title: 'Yes' }] });
  expect(bodies()).toEqual([
    expect.objectContaining({ type: 'picture', text: 'This one?', keyboard: expect.any(Object) as object }),
  ]);
});

test('a file that is gone is not sent', async () => {
  expect(await send({ attachments: [asAttachment(pdf)] })).toMatchObject({ kind: 'rejected', code: 'file_missing' });
  expect(network.calls).toEqual([]);
});

/** The network in place of the client: Viber's own address cannot be had on loopback. */
class Elsewhere extends GuardedHttp {
  override request(call: HttpCall): Promise<HttpAnswer> {
    return super.request({ ...call, url: call.url.replace('https://chatapi.viber.com', network.url) });
  }
}

test.each([
  ['not https', 'http://chat.example.com/v1/attachments/7/a.pdf', 'link_not_https'],
  ['too long', `${link}${'x'.repeat(2_000)}`, 'link_too_long'],
])('Viber’s own server is not given an address that is %s', async (_, address, code) => {
  const elsewhere = new Elsewhere({ trustedOrigins: [network.url] });
  const viber = new ViberMessenger({}, elsewhere).outcome;
  const file = aFile({ link: address });
  const verdict = await send({ attachments: [asAttachment(file)] }, [file], viber);
  expect(verdict).toMatchObject({ kind: 'rejected', class: 'permanent', code });
  expect(network.calls).toEqual([]);
  expect(await send({ attachments: [asAttachment(pdf)] }, [pdf], viber)).toMatchObject({ kind: 'sent' });
  await elsewhere.close();
});

test('a stand-in on loopback fetches by http too', async () => {
  expect(await sendFile(aFile({ link: 'http://127.0.0.1:3000/v1/attachments/7/a.pdf' }))).toMatchObject({
    kind: 'sent',
  });
});

test('accepted without a token, nobody can tell', async () => {
  network.script = () => ({ status: 200, body: '{"status":0}' });
  expect(await send({ text: 'Hello' })).toMatchObject({ kind: 'unknown' });
});

test('without a webhook the whole channel waits, as it does for nothing else', async () => {
  network.script = () => ({ status: 200, body: '{"status":10,"status_message":"webhookNotSet"}' });
  expect(await send({ text: 'Hello' })).toMatchObject({ class: 'retryAfter', wholeChannel: true });
  network.script = () => ({ status: 200, body: '{"status":12,"status_message":"tooManyRequests"}' });
  expect(await send({ text: 'Hello' })).not.toHaveProperty('wholeChannel');
});

const picture = asAttachment(jpeg);
const paper = asAttachment(pdf);
const choices = [{ title: 'Yes' }];

test.each<[string, MessageContent, MessageContent[]]>([
  ['a text under its picture', { text: 'This', attachments: [picture] }, [{ text: 'This', attachments: [picture] }]],
  ['a text before a file', { text: 'This', attachments: [paper] }, [{ text: 'This' }, { attachments: [paper] }]],
  [
    'a long text before its picture',
    { text: 'x'.repeat(513), attachments: [picture] },
    [{ text: 'x'.repeat(513) }, { attachments: [picture] }],
  ],
  [
    'choices with the last of all',
    { text: 'This', attachments: [picture, paper], choices },
    [
      { text: 'This', attachments: [picture] },
      { attachments: [paper], choices },
    ],
  ],
  ['choices alone stay alone', { choices }, [{ choices }]],
])('several calls: %s', (_, content, parts) => {
  expect(expand(content)).toEqual(parts);
});

test.each<[string, MessageContent, string]>([
  ['two files', { attachments: [paper, paper] }, 'too_much_at_once'],
  ['a place', { attachments: [{ type: 'location' }] }, 'attachment_not_supported'],
  ['an empty file', { attachments: [{ ...paper, size: 0 }] }, 'file_empty'],
  ['more than 50 MB', { attachments: [{ ...paper, size: 50 * MB + 1 }] }, 'file_too_large'],
  ['a text with a file', { text: 'This', attachments: [paper] }, 'file_with_text'],
  ['a long caption', { text: 'x'.repeat(513), attachments: [picture] }, 'caption_too_long'],
  ['choices alone', { choices }, 'choices_without_text'],
  ['25 choices', { text: 'a', choices: Array.from({ length: 25 }, () => ({ title: 'a' })) }, 'too_many_choices'],
  ['a choice without a title', { text: 'a', choices: [{ title: ' ' }] }, 'choice_without_title'],
  ['a title that is too long as HTML', { text: 'a', choices: [{ title: '<'.repeat(63) }] }, 'choice_title_too_long'],
  ['a long payload', { text: 'a', choices: [{ title: 'a', payload: 'x'.repeat(251) }] }, 'choice_payload_too_long'],
  ['an odd address', { text: 'a', choices: [{ title: 'a', url: 'javascript:1' }] }, 'choice_url_not_valid'],
  [
    'more than fits into a call',
    { text: '字'.repeat(7_000), choices: Array.from({ length: 24 }, () => ({ title: '字'.repeat(100) })) },
    'message_too_large',
  ],
  ['a text that is large on the wire', { text: '\u0001'.repeat(7_000) }, 'message_too_large'],
])('what Viber would not take: %s', async (_, content, code) => {
  expect(refusal(content)).toMatchObject({ code, sentence: expect.stringMatching(/^\p{L}.*\.$/u) as string });
  expect(
    await send(
      content,
      content.attachments?.map(() => pdf),
    ),
  ).toMatchObject({ kind: 'rejected', code });
  expect(network.calls).toEqual([]);
});

test('7,000 characters of any alphabet fit', () => {
  for (const text of ['字'.repeat(7_000), '🙂'.repeat(3_500), '"'.repeat(7_000)])
    expect(refusal({ text })).toBeUndefined();
});

test('who never wrote cannot be written to; who did can be at any time', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const policy = (lastInboundAt?: Date) =>
    outcome().policy({ now, human: true, ...(lastInboundAt && { lastInboundAt }) });
  expect(policy()).toMatchObject({ allowed: false });
  expect(policy(new Date('2020-01-01T00:00:00Z'))).toMatchObject({ allowed: true, until: null });
});
