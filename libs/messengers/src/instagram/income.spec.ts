import { readdirSync, readFileSync } from 'node:fs';
import type { InboundEvent, MessageContent } from '#messenger-kit';
import { InstagramIncome } from './income.js';

const ACCOUNT = '17841906253847113';
const PERSON = '938174650228415';
const APPS = ['624180937255108', '287451903362718'];
const sender = { scope: ACCOUNT, externalId: PERSON };
const fixtures = new URL('./fixtures/', import.meta.url);
const at = (second: string): Date => new Date(`2026-10-15T07:47:${second}Z`);

const convert = (body: string): InboundEvent[] =>
  new InstagramIncome(APPS).convert({ headers: {}, body: Buffer.from(body) });

/** A call with one messaging item. */
function inCall(item: object, entry: object = {}): string {
  const whole = { sender: { id: PERSON }, recipient: { id: ACCOUNT }, timestamp: 1792050445000, ...item };
  return JSON.stringify({
    object: 'instagram',
    entry: [{ id: ACCOUNT, time: 1792050445300, messaging: [whole], ...entry }],
  });
}

function convertOne(item: object): InboundEvent {
  const events = convert(inCall(item));
  expect(events).toHaveLength(1);
  return events[0] as InboundEvent;
}

/** What a message of a person says. */
function said(message: object): MessageContent | undefined {
  const event = convertOne({ message: { mid: 'aWdf1', ...message } });
  return event.kind === 'message' ? event.content : undefined;
}

const message = (mid: string, second: string, content: MessageContent): InboundEvent => ({
  kind: 'message',
  source: ACCOUNT,
  key: `message:${mid}`,
  sender,
  externalId: mid,
  sentAt: at(second),
  content,
});
const cdn = (rest: string) => `https://cdn.example.com/ig_messaging_cdn/?asset_id=${rest}`;

const CONVERTED: Readonly<Record<string, InboundEvent>> = {
  text: message('aWdfJQH73', '25', { text: 'Yo!' }),
  'text.wire': message('aWdfJQH73', '25', { text: 'Grüße 🙂 https://example.com/a' }),
  image: message('aWdfYKY85', '26', { attachments: [{ type: 'image', reference: cdn('5&signature=KWTNR') }] }),
  'story-mention': message('aWdfWMY41', '27', {
    attachments: [{ type: 'share', title: 'Story', url: cdn('6&signature=ZBQLD') }],
  }),
  'story-reply': message('aWdfHYT10', '28', {
    text: 'sizes?',
    attachments: [{ type: 'share', title: 'Story', url: cdn('7&signature=HXPVG') }],
  }),
  'ig-reel': message('aWdfXMH65', '29', {
    attachments: [{ type: 'share', title: 'Lamp build', url: cdn('8&signature=MRJFC') }],
  }),
  'like-heart': message('aWdfLKH22', '34', { text: '❤️', attachments: [{ type: 'sticker', title: '❤️' }] }),
  'postback-ice-breaker': message('aWdfPBK31', '36', {
    text: 'When are you open?',
    choice: { title: 'When are you open?', payload: 'HOURS' },
  }),
  reaction: {
    kind: 'reaction',
    source: ACCOUNT,
    key: `reaction:aWdfDRHNGB5:${PERSON}:1792050450000:❤️`,
    target: 'aWdfDRHNGB5',
    at: at('30'),
    rank: 0,
    by: sender,
    emojis: ['❤️'],
  },
  seen: {
    kind: 'receipt',
    source: ACCOUNT,
    key: `read:${PERSON}:aWdfDRHNGB5`,
    status: 'read',
    person: sender,
    targets: ['aWdfDRHNGB5'],
    upToTargets: true,
    at: at('31'),
  },
  unsend: {
    kind: 'deletion',
    source: ACCOUNT,
    key: 'deletion:aWdfJQH73',
    target: 'aWdfJQH73',
    at: at('32'),
    rank: 0,
  },
  echo: {
    kind: 'echo',
    source: ACCOUNT,
    key: 'echo:aWdfDRHNGB5',
    recipient: sender,
    externalId: 'aWdfDRHNGB5',
    mayBeOurs: true,
    sentAt: at('33'),
    content: { text: 'Sure :)' },
  },
  'message-edit': {
    kind: 'edit',
    source: ACCOUNT,
    key: 'edit:aWdfJQH73:1',
    target: 'aWdfJQH73',
    at: at('35'),
    rank: 1,
    by: sender,
    content: { text: 'Yo! Sizes?' },
    textOnly: true,
  },
};

const samples = readdirSync(fixtures).filter((file) => !file.startsWith('api-'));
test.each(samples)('the sample %s', (file) => {
  const expected = CONVERTED[file.replace(/\.json$/, '')];
  expect(convert(readFileSync(new URL(file, fixtures), 'utf8'))).toEqual([expected]);
});

test.each<[string, object, object]>([
  [
    'a file that is missing',
    { attachments: [{ type: 'image' }] },
    { attachments: [{ type: 'image' }], unsupported: { kind: 'image' } },
  ],
  [
    'a payload that is null',
    { attachments: [{ type: 'audio', payload: null }] },
    { attachments: [{ type: 'audio' }], unsupported: { kind: 'audio' } },
  ],
  [
    'something to be seen once',
    { attachments: [{ type: 'ephemeral' }] },
    { attachments: [{ type: 'unsupported' }], unsupported: { kind: 'ephemeral' } },
  ],
  [
    'what Instagram does not pass on, though it has an address',
    { attachments: [{ type: 'unsupported_type', payload: { url: 'https://x.example/1' } }] },
    { attachments: [{ type: 'unsupported' }], unsupported: { kind: 'unsupported_type' } },
  ],
  ['an unsupported message', { is_unsupported: true }, { unsupported: { kind: 'unsupported' } }],
  ['nothing at all', {}, { unsupported: { kind: 'message' } }],
  [
    'a new kind with an address',
    { attachments: [{ type: 'brand_new', payload: { url: 'https://x.example/1', title: 'T' } }] },
    { attachments: [{ type: 'share', title: 'T', url: 'https://x.example/1' }] },
  ],
  [
    'a new kind without one',
    { attachments: [{ type: 'brand_new', payload: { id: 1 } }] },
    { attachments: [{ type: 'unsupported' }], unsupported: { kind: 'brand_new' } },
  ],
  [
    'a post as content',
    {
      attachments: [{ type: 'ig_post', payload: { url: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1' } }],
    },
    { attachments: [{ type: 'share', reference: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1' }] },
  ],
  [
    'a story that has ended',
    { text: 'nice', reply_to: { story: { id: '1' } } },
    { text: 'nice', attachments: [{ type: 'share', title: 'Story' }] },
  ],
  [
    'a template',
    { attachments: [{ type: 'template', payload: { generic: {}, elements: [{ title: 'Lamp', subtitle: 'Oak' }] } }] },
    { text: 'Lamp – Oak', attachments: [{ type: 'template', title: 'Lamp – Oak' }] },
  ],
  [
    'a quick reply',
    { text: 'Oak', quick_reply: { payload: 'O' } },
    { text: 'Oak', choice: { title: 'Oak', payload: 'O' } },
  ],
  ['a quote', { text: 'yes', reply_to: { mid: 'aWdf0', is_self_reply: true } }, { text: 'yes', replyTo: 'aWdf0' }],
  [
    'a product',
    { text: 'this?', referral: { product: { id: '77' } } },
    { text: 'this?', referral: { ref: '77', source: 'PRODUCT' } },
  ],
  [
    'an advertisement',
    { text: 'Hi', referral: { ref: 'r', ad_id: '9', source: 'ADS', type: 'OPEN_THREAD', ads_context_data: {} } },
    { text: 'Hi', referral: { ref: 'r', source: 'ADS' } },
  ],
])('a message with %s', (_, wire, content) => {
  expect(said(wire)).toEqual(content);
});

const from = (sender: string, recipient: string, rest: object) => ({
  sender: { id: sender },
  recipient: { id: recipient },
  ...rest,
});

test.each<[string, object, object]>([
  [
    'what the account writes to itself',
    from(ACCOUNT, ACCOUNT, { message: { mid: 'aWdf1', text: 'x', is_echo: true } }),
    { kind: 'ignored', reason: 'self' },
  ],
  [
    'the same, by its mark',
    { message: { mid: 'aWdf1', text: 'x', is_self: true } },
    { kind: 'ignored', reason: 'self' },
  ],
  [
    'an echo of our Meta app',
    from(ACCOUNT, PERSON, { message: { mid: 'aWdf1', text: 'x', is_echo: true, app_id: 287451903362718 } }),
    { kind: 'echo', mayBeOurs: true },
  ],
  [
    'an unsent message of the account',
    from(ACCOUNT, PERSON, { message: { mid: 'aWdf1', is_echo: true, is_deleted: true } }),
    { kind: 'deletion', target: 'aWdf1' },
  ],
  ['a reaction taken back', { reaction: { mid: 'aWdf1', action: 'unreact' } }, { kind: 'reaction', emojis: [] }],
  ['a reaction by its word', { reaction: { mid: 'aWdf1', action: 'react', reaction: 'love' } }, { emojis: ['❤️'] }],
  [
    'a reaction from the account’s inbox',
    from(ACCOUNT, PERSON, { reaction: { mid: 'aWdf1', action: 'react', reaction: 'other', emoji: '🔥' } }),
    { by: 'account', emojis: ['🔥'] },
  ],
  [
    'a number of an edit that is text',
    { message_edit: { mid: 'aWdf1', text: 'x', num_edit: '3' } },
    { kind: 'edit', rank: 3 },
  ],
  ['nothing that was read', { read: {} }, { kind: 'malformed', reason: 'read_of_nothing' }],
  [
    'what the account read itself',
    from(ACCOUNT, PERSON, { read: { mid: 'aWdf1' } }),
    { kind: 'ignored', reason: 'own_receipt' },
  ],
  [
    'somebody who came by a link',
    { referral: { ref: 'autumn', source: 'IGME-SOURCE-LINK', type: 'OPEN_THREAD' } },
    { kind: 'notice', what: 'referral', referral: { ref: 'autumn', source: 'IGME-SOURCE-LINK' } },
  ],
  ['a thread given to us', { pass_thread_control: { new_owner_app_id: '624180937255108' } }, { what: 'thread_given' }],
  ['a thread given to another', { pass_thread_control: { new_owner_app_id: '1' } }, { what: 'thread_taken' }],
  ['a request for a thread', { request_thread_control: {} }, { kind: 'ignored', reason: 'thread_control' }],
  ['a message without id', { message: { text: 'x' } }, { kind: 'malformed', reason: 'message_without_id' }],
  ['seconds as text', { timestamp: '1792050445', message: { mid: 'aWdf1', text: 'x' } }, { sentAt: at('25') }],
  ['a time as text', { timestamp: '2026-10-15T07:47:25Z', message: { mid: 'aWdf1', text: 'x' } }, { sentAt: at('25') }],
  ['no time', { timestamp: 'soon', message: { mid: 'aWdf1', text: 'x' } }, { sentAt: new Date(1792050445300) }],
])('%s', (_, item, expected) => {
  expect(convertOne(item)).toMatchObject(expected);
});

test('an echo of another app is none of a message of ours', () => {
  const echo = { mid: 'aWdf1', text: 'x', is_echo: true, app_id: 1 };
  expect(convertOne(from(ACCOUNT, PERSON, { message: echo }))).not.toHaveProperty('mayBeOurs');
});

test('what happens while another app has the thread is an event like any other; changes are not', () => {
  const item = {
    sender: { id: PERSON },
    recipient: { id: ACCOUNT },
    timestamp: 1792050445000,
    message: { mid: 'aWdf1', text: 'x' },
  };
  const change = { field: 'messages', value: { ...item, timestamp: '1791234567' } };
  const entry = { id: ACCOUNT, time: 1, standby: [item], changes: [change, { field: 'comments', value: {} }] };
  const events = convert(JSON.stringify({ object: 'instagram', entry: [entry] }));
  expect(events.map(({ kind }) => kind)).toEqual(['message', 'ignored', 'ignored']);
  expect(events[0]).toMatchObject({ content: { text: 'x', standby: true } });
  expect(convert(JSON.stringify({ object: 'page', entry: [entry] }))).toMatchObject([{ reason: 'unknown_object' }]);
});

test('an account whose id came as a number is the same account', () => {
  const body = inCall({ message: { mid: 'aWdf1', text: 'x' } }).replaceAll(`"${ACCOUNT}"`, ACCOUNT);
  expect(convert(body)).toMatchObject([{ kind: 'message', source: ACCOUNT }]);
});
