import type { InboundEvent } from '#messenger-kit';
import { sample } from '../../../messenger-kit/testing.js';
import { LineIncome } from './income.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const BOT = 'Uf4fca5a78367a3c24cdd34b377398366';
const PERSON = 'Ua5ad91a414e0eacf3edfdc828d1279e6';
const AT = 1_791_345_678_001;
const income = new LineIncome();
const sender = { scope: BOT, externalId: PERSON };

const convert = (body: string, source = BOT): InboundEvent[] =>
  income.convert({ headers: {}, body: Buffer.from(body) }, { source });
const event = (type: string, more: object = {}) => ({
  type,
  mode: 'active',
  timestamp: AT,
  source: { type: 'user', userId: PERSON },
  webhookEventId: `01M4A8BNNH7CQSAMP33S5KX${type}`,
  deliveryContext: { isRedelivery: false },
  ...more,
});
const inCall = (...events: unknown[]): string => JSON.stringify({ destination: BOT, events });
const of = (type: string, more: object = {}): InboundEvent => convert(inCall(event(type, more)))[0]!;
const content = (message: object): unknown => {
  const converted = of('message', { message: { id: '571038264190473699', ...message } });
  return converted.kind === 'message' ? converted.content : converted;
};

/** The vectors of LINE's reference, with the secret `dev_channel_secret_000000000000`. */
const VECTORS = [
  [`{"destination":"${BOT}","events":[]}`, 'KBhKF6hXS9+ZWXc3YzriR/3O6mXgKwDAEq8neC9ppjc='],
  [
    `{"destination":"${BOT}","events":[{"type":"message","message":{"type":"text","id":"4","text":"ありがとう 🙂"},"webhookEventId":"01M46YCVPJ45ZEB73S9QJSF5CG","deliveryContext":{"isRedelivery":false},"timestamp":1791234567890,"source":{"type":"user","userId":"${PERSON}"},"replyToken":"255e76aae4f5bf0a0a5fd24320c5bd74","mode":"active"}]}`,
    '/ysAyYJa8G48+LPfNdz0ZlRxllYFB7worsILaNy0S10=',
  ],
] as const;

test.each(VECTORS)('%s is authentic with its signature alone', (body, signature) => {
  const asks = (given: string, bytes = Buffer.from(body)) =>
    income.isAuthentic(
      { headers: { 'x-line-signature': given }, body: bytes },
      { signing: ['dev_channel_secret_000000000000'] },
    );
  expect(asks(signature)).toBe(true);
  expect(asks(signature, Buffer.from(`${body} `))).toBe(false);
  expect(asks(Buffer.from(signature, 'base64').toString('hex'))).toBe(false);
  expect(asks(signature.replace('=', ''))).toBe(false);
});

test.each<[string, object]>([
  [
    'text',
    {
      kind: 'message',
      externalId: '571038264190473601',
      sender,
      content: { text: 'ありがとう 🙂' },
      sentAt: new Date(AT),
    },
  ],
  [
    'file',
    {
      content: {
        attachments: [{ type: 'file', reference: '571038264190473604', name: '請求書.pdf', size: 25_604 }],
      },
    },
  ],
  [
    'sticker',
    {
      content: {
        attachments: [{ type: 'sticker', mimeType: 'image/png', reference: 'sticker:2845', title: 'cheers' }],
      },
    },
  ],
  ['follow', { kind: 'notice', what: 'unblocked', person: sender }],
  ['unfollow', { kind: 'notice', what: 'blocked', person: sender }],
  [
    'postback',
    {
      kind: 'message',
      content: { text: 'choose=lamp&n=4', choice: { title: 'choose=lamp&n=4', payload: 'choose=lamp&n=4' } },
    },
  ],
  ['unsend', { kind: 'deletion', target: '571038264190473601', rank: 0 }],
  ['verify-empty', { kind: 'ignored', reason: 'no_events' }],
])('%s', (name, expected) => {
  expect(convert(sample(fixtures, name))).toEqual([expect.objectContaining({ source: BOT, ...expected })]);
});

test('a call with several events, of which each is its own', () => {
  expect(convert(sample(fixtures, 'batch')).map((one) => ('externalId' in one ? one.externalId : one.kind))).toEqual([
    '571038264190473602',
    '571038264190473603',
  ]);
  const events = convert(inCall(event('message', { message: null }), 7, event('follow')));
  expect(events.map(({ kind }) => kind)).toEqual(['malformed', 'malformed', 'notice']);
});

test('what is delivered again is the same event', () => {
  expect(convert(sample(fixtures, 'redelivery'))).toEqual(convert(sample(fixtures, 'text')));
  for (const more of [{ webhookEventId: undefined }, { source: { type: 'user' } }]) {
    const told = (isRedelivery: boolean) => of('follow', { ...more, deliveryContext: { isRedelivery } });
    expect(told(true)).toEqual(told(false));
  }
});

test('what another account’s secret proves is nothing this account was told', () => {
  expect(convert(sample(fixtures, 'text'), 'Uanother')).toEqual([
    expect.objectContaining({ kind: 'ignored', source: 'Uanother', reason: 'other_destination' }),
  ]);
});

test.each<[string, object, unknown]>([
  [
    'an image',
    { type: 'image', contentProvider: { type: 'line' } },
    { type: 'image', reference: '571038264190473699' },
  ],
  [
    'a film with its length',
    { type: 'video', duration: 4_600, contentProvider: { type: 'line' } },
    { type: 'video', reference: '571038264190473699', duration: 5 },
  ],
  [
    'a recording an app keeps elsewhere',
    {
      type: 'audio',
      duration: 9_000,
      contentProvider: { type: 'external', originalContentUrl: 'https://cdn.example.com/a.m4a' },
    },
    { type: 'audio', reference: 'https://cdn.example.com/a.m4a', duration: 9 },
  ],
  [
    'a place',
    { type: 'location', title: 'Shop', address: '1-2 Kioicho', latitude: 35.67, longitude: 139.73 },
    { type: 'location', location: { latitude: 35.67, longitude: 139.73, title: 'Shop', address: '1-2 Kioicho' } },
  ],
  [
    'a sticker somebody wrote on',
    { type: 'sticker', stickerId: '52002734', text: 'Hi', keywords: ['a', 'b'] },
    { type: 'sticker', mimeType: 'image/png', reference: 'sticker:52002734', title: 'Hi' },
  ],
])('%s', (_, message, attachment) => {
  expect(content(message)).toEqual({ attachments: [attachment] });
});

test.each([
  { type: 'flex', contents: {} },
  { type: 'image', contentProvider: { type: 'external', originalContentUrl: 'file:///etc/passwd' } },
  { type: 'location', latitude: 91, longitude: 0 },
  { type: 'sticker', stickerId: '../../x' },
  { type: 'text', text: '' },
])('what cannot be shown is told: %j', (message) => {
  expect(content(message)).toEqual({ attachments: [{ type: 'unsupported' }], unsupported: { kind: message.type } });
});

test('a quoted message is answered', () => {
  expect(content({ type: 'text', text: 'That one', quotedMessageId: '571038264190473601' })).toEqual({
    text: 'That one',
    replyTo: '571038264190473601',
  });
});

test('an edit is the whole new text', () => {
  const message = { id: '571038264190473601', type: 'text', text: 'better' };
  expect(of('messageEdited', { message })).toMatchObject({
    kind: 'edit',
    target: '571038264190473601',
    at: new Date(AT),
    by: sender,
    content: { text: 'better' },
  });
});

test.each<[string, object, object | string]>([
  ['a button of ours', { data: '{"title":"Yes","payload":"order-7:yes"}' }, { title: 'Yes', payload: 'order-7:yes' }],
  ['JSON of somebody else', { data: '{"title":"Yes"}' }, { title: '{"title":"Yes"}', payload: '{"title":"Yes"}' }],
  [
    'a picked date',
    { data: 'when', params: { datetime: '2026-12-24T10:00' } },
    { title: '2026-12-24T10:00', payload: 'when' },
  ],
  [
    'a turned page of the rich menu',
    { data: 'page', params: { newRichMenuAliasId: 'b', status: 'SUCCESS' } },
    'rich_menu_switch',
  ],
])('pressed: %s', (_, pressed, expected) => {
  const choice = typeof expected === 'string' ? { reason: expected } : { content: { choice: expected } };
  expect(of('postback', { postback: pressed })).toMatchObject(choice);
});

test('two presses are two messages', () => {
  const press = (webhookEventId: string) => of('postback', { webhookEventId, postback: { data: 'a' } });
  const ids = [press('01A'), press('01B')].map((one) => ('externalId' in one ? one.externalId : one.kind));
  expect(new Set(ids).size).toBe(2);
});

test.each([
  ['activated', 'thread_given'],
  ['deactivated', 'thread_taken'],
])('%s of one person’s chat is that chat’s, not the account’s', (type, what) => {
  expect(of(type, {})).toMatchObject({ kind: 'notice', what, person: { externalId: PERSON } });
  expect(of(type, { source: { type: 'group', groupId: 'C1' } })).toMatchObject({ kind: 'ignored', reason: 'group' });
});

test('while another system has the chat, what is said is said all the same, and not to us', () => {
  const message = { id: '571038264190473601', type: 'text', text: 'Hi' };
  const said = { mode: 'standby', message };
  expect(of('message', said)).toMatchObject({ kind: 'message', content: { text: 'Hi', standby: true } });
  const pressed = { mode: 'standby', postback: { data: 'a' } };
  expect(of('postback', pressed)).toMatchObject({ kind: 'message', content: { text: 'a', standby: true } });
  expect(of('message', { mode: 'active', message })).toMatchObject({ content: { text: 'Hi' } });
  expect(JSON.stringify(of('message', { mode: 'active', message }))).not.toContain('standby');
});

test.each<[string, object, string]>([
  ['message', { source: { type: 'group', groupId: 'C1', userId: PERSON }, message: { id: '1' } }, 'group'],
  ['message', { source: { type: 'room', roomId: 'R1' }, message: { id: '1' } }, 'group'],
  ['messageEdited', { source: { type: 'group', groupId: 'C1' }, message: { id: '1' } }, 'group'],
  ['unsend', { source: { type: 'group', groupId: 'C1' }, unsend: { messageId: '1' } }, 'group'],
  ['message', { source: undefined, message: { id: '1' } }, 'no_source'],
  ['message', { source: { type: 'user' }, message: { id: '1' } }, 'no_sender'],
  ['postback', { source: { type: 'thing' }, postback: { data: 'a' } }, 'unknown_source'],
  ['join', {}, 'group'],
  ['memberLeft', {}, 'group'],
  ['videoPlayComplete', {}, 'video_play_complete'],
  ['beacon', {}, 'beacon'],
  ['delivery', {}, 'delivery'],
  ['module', { module: { type: 'new' } }, 'module'],
  ['somethingNew', {}, 'unknown_event'],
])('%s is ignored: %j', (type, more, reason) => {
  expect(of(type, more)).toMatchObject({ kind: 'ignored', reason });
});

test.each<[string, object, string]>([
  ['botSuspended', {}, 'restricted'],
  ['botResumed', {}, 'unrestricted'],
  ['deactivated', {}, 'restricted'],
  ['activated', {}, 'unrestricted'],
  ['module', { module: { type: 'detached', botId: BOT } }, 'restricted'],
  ['module', { module: { type: 'attached', botId: BOT } }, 'unrestricted'],
])('%s is word of the account', (type, more, what) => {
  expect(of(type, { source: undefined, ...more })).toMatchObject({
    kind: 'account',
    what,
    sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string,
  });
});

test.each<[string, object]>([
  ['message', { message: { type: 'text', text: 'no id' } }],
  ['messageEdited', { message: { type: 'text', text: 'no id' } }],
  ['unsend', {}],
  ['postback', { postback: {} }],
  ['follow', { source: { type: 'user' } }],
])('%s without what it is about is kept for a look', (type, more) => {
  expect(of(type, more)).toMatchObject({ kind: 'malformed' });
});

test.each(['what?', '[]', `{"destination":"${BOT}"}`])('%s is kept for a look', (body) => {
  expect(convert(body)).toEqual([expect.objectContaining({ kind: 'malformed', source: BOT })]);
});
