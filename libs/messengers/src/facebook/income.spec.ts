import { readFileSync } from 'node:fs';
import type { InboundEvent, MessageContent } from '#messenger-kit';
import { FacebookIncome } from './income.js';

const PAGE = '108326419507742';
const APP = '287451903362718';
const fixtures = new URL('./fixtures/', import.meta.url);

const convert = (body: string): InboundEvent[] =>
  new FacebookIncome(APP).convert({ headers: {}, body: Buffer.from(body) });

/** A call with one messaging item. */
function inCall(item: object, entry: object = {}): string {
  const whole = { sender: { id: '5' }, recipient: { id: PAGE }, timestamp: 1792213641000, ...item };
  return JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: 1792213641300, messaging: [whole], ...entry }] });
}

function convertOne(item: object): InboundEvent {
  const events = convert(inCall(item));
  expect(events).toHaveLength(1);
  return events[0] as InboundEvent;
}

/** What a message of a person says. */
function said(message: object): MessageContent | undefined {
  const event = convertOne({ message: { mid: 'm_1', ...message } });
  return event.kind === 'message' ? event.content : undefined;
}

const attached = (...attachments: object[]): MessageContent | undefined => said({ attachments });
const CDN = 'https://scontent.xx.fbcdn.net/v/a.jpg?oe=6AD2EA4D';

test.each<[string, object, object]>([
  [
    'a guest of the plugin',
    { sender: { user_ref: 'u' }, message: { mid: 'm_1', text: 'x' } },
    { kind: 'ignored', reason: 'guest' },
  ],
  ['a message without id', { message: { text: 'x' } }, { kind: 'malformed', reason: 'message_without_id' }],
  ['a message of nobody', { sender: {}, message: { mid: 'm_1' } }, { kind: 'malformed', reason: 'no_sender' }],
  ['an empty message', { message: { mid: 'm_1' } }, { kind: 'message', content: { unsupported: { kind: 'message' } } }],
  [
    'what Meta does not pass on',
    { message: { mid: 'm_1', is_unsupported: true } },
    { kind: 'message', content: { unsupported: { kind: 'unsupported' } } },
  ],
  ['a postback without title', { postback: { mid: 'm_1', payload: 'P' } }, { content: { text: 'P' } }],
])('%s', (_, item, expected) => {
  expect(convertOne(item)).toMatchObject(expected);
});

test.each<[string, object, object]>([
  ['a preview with nothing in it', { payload: null }, {}],
  ['a preview of a payload that is text', { payload: 'https://x.example/1' }, { url: 'https://x.example/1' }],
  ['a preview with a title beside it', { payload: null, title: 'T' }, { title: 'T' }],
  ['a preview that leads nowhere', { payload: { url: 'javascript:alert(1)', title: 'T' } }, { title: 'T' }],
])('%s', (_, wire, shown) => {
  const isEmpty = Object.keys(shown).length === 0;
  expect(attached({ type: 'fallback', ...wire })).toEqual({
    attachments: [{ type: isEmpty ? 'unsupported' : 'link', ...shown }],
    ...(isEmpty && { unsupported: { kind: 'fallback' } }),
  });
});

test('a link is not shown a second time', () => {
  const text = 'see https://x.example/1 please';
  const preview = (payload: unknown): MessageContent | undefined =>
    said({ text, attachments: [{ type: 'fallback', payload }] });
  expect(preview({ url: 'https://x.example/1' })).toEqual({ text });
  expect(preview(null)).toEqual({ text });
  expect(preview({ url: 'https://x.example/2' })).toMatchObject({
    text,
    attachments: [{ url: 'https://x.example/2' }],
  });
});

test('a sticker that comes twice is one, two stickers are two', () => {
  const sticker = (type: string, id: number): object => ({ type, payload: { url: CDN, sticker_id: id } });
  const shown = { type: 'sticker', reference: CDN };
  expect(attached(sticker('sticker', 17), sticker('image', 17))).toEqual({ attachments: [shown] });
  expect(attached(sticker('image', 17), sticker('sticker', 18))).toEqual({ attachments: [shown, shown] });
  expect(attached(sticker('image', 369239263222822))).toEqual({ attachments: [{ ...shown, title: '👍' }] });
});

test.each<[string, object, object, string?]>([
  ['an image that is not there', { type: 'image', payload: {} }, { type: 'image' }, 'image'],
  ['an image at no address', { type: 'image', payload: { url: 'file:///etc/passwd' } }, { type: 'image' }, 'image'],
  [
    'a reel, content',
    { type: 'reel', payload: { url: CDN, title: 'R' } },
    { type: 'share', title: 'R', reference: CDN },
  ],
  [
    'a post, a page',
    { type: 'post', payload: { url: 'https://www.facebook.com/p/1', id: 7 } },
    { type: 'share', url: 'https://www.facebook.com/p/1' },
  ],
  ['a story mention', { type: 'story_mention', payload: { url: CDN } }, { type: 'share', reference: CDN }],
  ['something new with content', { type: 'hologram', payload: { url: CDN } }, { type: 'share', reference: CDN }],
  [
    'something new with a page',
    { type: 'hologram', payload: { url: 'https://x.example/h' } },
    { type: 'share', url: 'https://x.example/h' },
  ],
  ['something new', { type: 'hologram', payload: { a: 1 } }, { type: 'unsupported' }, 'hologram'],
  [
    'an appointment',
    { type: 'appointment_booking', payload: { slot: 1 }, title: 'Tuesday' },
    { type: 'unsupported', title: 'Tuesday' },
    'appointment_booking',
  ],
  ['nothing at all', { type: 7 }, { type: 'unsupported' }, 'attachment'],
  [
    'a place in words',
    { type: 'location', payload: { coordinates: { lat: '49.5', long: '-24' } } },
    { type: 'location', location: { latitude: 49.5, longitude: -24 } },
  ],
  [
    'no place on earth',
    { type: 'location', payload: { coordinates: { lat: 91, long: 0 } } },
    { type: 'unsupported' },
    'location',
  ],
  [
    'a file named to leave its folder',
    { type: 'file', payload: { url: 'https://cdn.example.com/..%2F..%2Fetc%2Fpasswd?oe=6AD2EA4D' } },
    {
      type: 'file',
      name: '.._.._etc_passwd',
      reference: 'https://cdn.example.com/..%2F..%2Fetc%2Fpasswd?oe=6AD2EA4D',
    },
  ],
  ['an empty template', { type: 'template', payload: {} }, { type: 'template' }, 'template'],
])('%s', (_, wire, shown, ...[unsupported]) => {
  expect(attached(wire)).toEqual({
    attachments: [shown],
    ...(unsupported !== undefined && { unsupported: { kind: unsupported } }),
  });
});

test('what cannot be shown is told even where there is a text', () => {
  expect(said({ text: 'x', attachments: [{ type: 'appointment_booking' }] })).toEqual({
    text: 'x',
    attachments: [{ type: 'unsupported' }],
    unsupported: { kind: 'appointment_booking' },
  });
});

test('templates can be read: cards, products, buttons', () => {
  const template = (payload: object): object => ({ type: 'template', payload });
  const products = [
    { id: '7', title: 'Oak lamp', subtitle: '€ 40' },
    { id: '8', title: 'Elm lamp' },
  ];
  expect(attached(template({ product: { elements: products } }))).toEqual({
    text: 'Oak lamp – € 40\nElm lamp',
    attachments: [{ type: 'template', title: 'Oak lamp – € 40' }],
  });
  const card = { title: 'Oak', default_action: { type: 'web_url', url: 'https://x.example/oak' } };
  expect(attached(template({ template_type: 'generic', elements: [card] }))).toEqual({
    text: 'Oak',
    attachments: [{ type: 'template', title: 'Oak', url: 'https://x.example/oak' }],
  });
  const buttons = [
    { type: 'postback', title: 'Yes', payload: 'Y' },
    { type: 'web_url', title: 'Shop', url: 'https://x.example' },
    { type: 'phone_number' },
  ];
  expect(attached(template({ template_type: 'button', text: 'Shall we?', buttons }))).toEqual({
    text: 'Shall we?',
    attachments: [{ type: 'template', title: 'Shall we?' }],
    choices: [
      { title: 'Yes', payload: 'Y' },
      { title: 'Shop', url: 'https://x.example' },
    ],
  });
});

test.each<[string, object, object]>([
  ['an advertisement', { ref: 'r', source: 'ADS', ad_id: '9' }, { ref: 'r', source: 'ADS' }],
  ['an advertisement without ref', { source: 'ADS', ad_id: 9 }, { ref: '9', source: 'ADS' }],
  ['a product', { product: { id: '17' } }, { ref: '17', source: 'PRODUCT' }],
])('a message that came from %s says so', (_, referral, expected) => {
  expect(said({ text: 'x', referral })).toEqual({ text: 'x', referral: expected });
});

test('a quick reply that gives a phone number is its text', () => {
  expect(said({ quick_reply: { payload: '+380441234567' } })).toEqual({
    text: '+380441234567',
    choice: { title: '+380441234567', payload: '+380441234567' },
  });
});

const echoed = (message: object, frame: object = {}): InboundEvent =>
  convertOne({
    sender: { id: PAGE },
    recipient: { id: '5' },
    message: { mid: 'm_1', is_echo: true, ...message },
    ...frame,
  });

test.each<[string, object, string | undefined]>([
  ['ours, as a number', { app_id: Number(APP), metadata: 'id-1' }, 'id-1'],
  ['ours, as text', { app_id: APP, metadata: 'id-1' }, 'id-1'],
  ['of no app', { metadata: 'id-1' }, 'id-1'],
  ['of another app', { app_id: 26390203743090, metadata: 'id-1' }, undefined],
  ['ours, without metadata', { app_id: APP }, undefined],
  ['ours, with metadata no id can be', { app_id: APP, metadata: 'x'.repeat(1000) }, undefined],
])('an echo %s', (_, message, ownId) => {
  const event = echoed({ text: 'Hi', ...message });
  expect(event).toMatchObject({ kind: 'echo', recipient: { scope: PAGE, externalId: '5' }, content: { text: 'Hi' } });
  expect(event.kind === 'echo' ? event.ownId : 'no echo').toBe(ownId);
});

test('echoes hold files, templates and quick replies', () => {
  expect(echoed({ attachments: [{ type: 'image', payload: { url: CDN } }] })).toMatchObject({
    content: { attachments: [{ type: 'image', reference: CDN }] },
  });
  expect(echoed({ text: 'Pick', quick_replies: [{ content_type: 'text', title: 'Oak', payload: 'O' }] })).toMatchObject(
    {
      content: { text: 'Pick', choices: [{ title: 'Oak', payload: 'O' }] },
    },
  );
  expect(echoed({ text: 'x' }, { recipient: { user_ref: 'u' } })).toMatchObject({ kind: 'ignored', reason: 'guest' });
  expect(echoed({ text: 'x' }, { recipient: {} })).toMatchObject({ kind: 'malformed', reason: 'no_recipient' });
  expect(echoed({ is_deleted: true })).toMatchObject({ kind: 'deletion', target: 'm_1' });
});

test.each<[string, object, object]>([
  ['a reaction only the word tells', { action: 'react', reaction: 'wow' }, { emojis: ['😮'] }],
  ['another emoji', { action: 'react', reaction: 'other', emoji: '🦊' }, { emojis: ['🦊'] }],
  ['a reaction nobody can tell', { action: 'react', reaction: 'other' }, { kind: 'ignored' }],
  ['a reaction to nothing', { action: 'react', mid: undefined }, { kind: 'malformed', reason: 'reaction_without_id' }],
])('%s', (_, reaction, expected) => {
  expect(convertOne({ reaction: { mid: 'm_1', ...reaction } })).toMatchObject(expected);
});

test('a reaction from the Page’s inbox is the account’s', () => {
  const reaction = { mid: 'm_1', action: 'react', reaction: 'like', emoji: '👍' };
  expect(convertOne({ sender: { id: PAGE }, reaction })).toMatchObject({
    kind: 'reaction',
    by: 'account',
    emojis: ['👍'],
  });
});

test.each<[string, object, object]>([
  ['a number in a string', { num_edit: '3', text: 'x' }, { kind: 'edit', key: 'edit:m_1:3', rank: 3 }],
  ['no number', { text: 'x' }, { kind: 'edit', rank: 0 }],
  ['an absurd number', { num_edit: '9007199254740993', text: 'x' }, { kind: 'edit', rank: 0 }],
  ['no text', { num_edit: 1 }, { kind: 'malformed', reason: 'edit_without_text' }],
  // Told of messages that nobody changed, and that come by themselves.
  ['no edit, and no text', { num_edit: 0 }, { kind: 'ignored', reason: 'not_edited' }],
  ['no edit, and a text', { num_edit: '0', text: 'x' }, { kind: 'ignored', reason: 'not_edited' }],
  ['no id', { mid: undefined, text: 'x' }, { kind: 'malformed', reason: 'edit_without_id' }],
])('an edit with %s', (_, edit, expected) => {
  expect(convertOne({ message_edit: { mid: 'm_1', ...edit } })).toMatchObject(expected);
});

test.each<[string, object, object]>([
  [
    'values in strings',
    { delivery: { watermark: '1792213641000', mids: ['m_1', 'm_1', 7] } },
    { kind: 'receipt', status: 'delivered', targets: ['m_1'], upTo: new Date(1792213641000) },
  ],
  ['no watermark', { read: {} }, { kind: 'malformed', reason: 'read_of_nothing' }],
  ['nobody', { sender: undefined, read: { watermark: 1792213641000 } }, { kind: 'malformed', reason: 'no_sender' }],
  [
    'the Page',
    { sender: { id: PAGE }, read: { watermark: 1792213641000 } },
    { kind: 'ignored', reason: 'own_receipt' },
  ],
])('a receipt with %s', (_, item, expected) => {
  expect(convertOne(item)).toMatchObject(expected);
});

test('a receipt that comes again in another envelope has the same key', () => {
  const receipt = { delivery: { mids: ['m_1'], watermark: 1792213641000 } };
  const [one, other] = [1792213641000, 1792213642000].map((timestamp) => convertOne({ ...receipt, timestamp }));
  expect(one?.key).toBe(other?.key);
});

test.each<[string, object, object]>([
  [
    'an opt-in',
    { optin: { type: 'notification_messages', payload: 'deals' } },
    { kind: 'notice', what: 'opt_in', referral: { ref: 'deals', source: 'notification_messages' } },
  ],
  [
    'the end of an opt-in',
    { optin: { type: 'notification_messages', notification_messages_status: 'STOP_NOTIFICATIONS' } },
    { kind: 'notice', what: 'opt_out' },
  ],
  ['an opt-out', { optout: { type: 'marketing' } }, { kind: 'notice', what: 'opt_out' }],
  [
    'an opt-in of a guest',
    { sender: undefined, optin: { ref: 'r', user_ref: 'u' } },
    { kind: 'ignored', reason: 'guest' },
  ],
  [
    'a link followed by a guest',
    { sender: { user_ref: 'u' }, referral: { source: 'CUSTOMER_CHAT_PLUGIN', is_guest_user: 'true' } },
    { kind: 'ignored', reason: 'guest' },
  ],
  ['the thread given to us', { pass_thread_control: { new_owner_app_id: Number(APP) } }, { what: 'thread_given' }],
  ['the thread given to another app', { pass_thread_control: { new_owner_app_id: '1' } }, { what: 'thread_taken' }],
  ['the thread given to nobody', { pass_thread_control: { new_owner_app_id: null } }, { reason: 'thread_control' }],
  ['the thread taken from us', { take_thread_control: { previous_owner_app_id: APP } }, { what: 'thread_taken' }],
  [
    'the thread taken by us',
    { take_thread_control: { previous_owner_app_id: '1', new_owner_app_id: APP } },
    { what: 'thread_given' },
  ],
  ['the thread taken from another app', { take_thread_control: { previous_owner_app_id: '1' } }, { kind: 'ignored' }],
  ['the thread asked for', { request_thread_control: { requested_owner_app_id: '1' } }, { reason: 'thread_control' }],
  ['roles', { app_roles: { [APP]: ['primary_receiver'] } }, { reason: 'thread_control' }],
  ['an account link', { account_linking: { status: 'linked' } }, { reason: 'account_linking' }],
  ['feedback', { messaging_feedback: {} }, { kind: 'ignored', reason: 'feedback' }],
])('%s', (_, item, expected) => {
  expect(convertOne(item)).toMatchObject(expected);
});

test.each<[string, string, object]>([
  ['block', 'policy_enforcement', { what: 'restricted', sentence: 'Facebook has restricted the Page: Spam.' }],
  ['unblock', 'policy-enforcement', { what: 'unrestricted', sentence: expect.stringContaining('lifted') as string }],
  ['warning', 'policy_enforcement', { what: 'warned', sentence: 'Facebook has warned the Page: Spam.' }],
])('Meta’s policy, %s: the Page’s admin is told', (action, key, expected) => {
  const event = convertOne({ sender: undefined, [key]: { action, reason: 'Spam.' } });
  expect(event).toMatchObject({ kind: 'account', source: PAGE, ...expected });
});

test('echoes and reactions in standby are what they are', () => {
  const standby = [
    { sender: { id: PAGE }, recipient: { id: '5' }, message: { mid: 'm_2', is_echo: true, app_id: 1, text: 'x' } },
    { sender: { id: '5' }, reaction: { mid: 'm_2', action: 'react', emoji: '❤' } },
  ];
  const events = convert(inCall({}, { messaging: undefined, standby }));
  expect(events.map(({ kind, source }) => [kind, source])).toEqual([
    ['echo', PAGE],
    ['reaction', PAGE],
  ]);
});

test('1000 events with one that is bad: 999 are as they would be alone', () => {
  const messaging = Array.from({ length: 1000 }, (_, n) => ({
    sender: { id: '5' },
    timestamp: 1792213641000 + n,
    message: n === 500 ? { text: 'no id' } : { mid: `m_${n}`, text: `${n}` },
  }));
  const events = convert(inCall({}, { messaging }));
  expect(events).toHaveLength(1000);
  expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'message')).toEqual(['malformed']);
});

test('an item that is nothing stands alone', () => {
  const good = { sender: { id: '5' }, timestamp: 1792213641000, message: { mid: 'm_1', text: 'x' } };
  const body = inCall({}, { messaging: [null, good, 7] });
  expect(convert(body)).toMatchObject([{ reason: 'not_an_object' }, { kind: 'message' }, { reason: 'not_an_object' }]);
});

test('a postback without mid is known by who, when and what', () => {
  const event = convertOne({ postback: { title: 'Menu', payload: 'A:1' } });
  expect(event).toMatchObject({ key: 'postback:5:1792213641000:A%3A1', externalId: 'postback:5:1792213641000:A%3A1' });
});

test('times come in seconds, in strings, or not at all', () => {
  const message = { mid: 'm_1', text: 'x' };
  const sentAt = new Date(1792213641000);
  expect(convertOne({ timestamp: 1792213641, message })).toMatchObject({ sentAt });
  expect(convertOne({ timestamp: '1792213641000', message })).toMatchObject({ sentAt });
  expect(convertOne({ timestamp: undefined, message })).toMatchObject({ sentAt: new Date(1792213641300) });
});

test('ids written as numbers keep their digits', () => {
  const body = inCall({ message: { mid: 'm_1', text: 'x' } }).replace('"5"', '90071992547409931');
  expect(convert(body)).toMatchObject([{ sender: { externalId: '90071992547409931' } }]);
});

test.each<[string, string, object[]]>([
  [
    'another product of the app',
    '{"object":"instagram","entry":[{}]}',
    [{ kind: 'ignored', source: '', reason: 'unknown_object' }],
  ],
  [
    'a feed change',
    inCall({}, { messaging: undefined, changes: [{ field: 'feed' }] }),
    [{ kind: 'ignored', source: PAGE, reason: 'change' }],
  ],
  [
    'an entry of no Page',
    '{"object":"page","entry":[{"messaging":[{}]}]}',
    [{ kind: 'malformed', source: '', reason: 'no_page' }],
  ],
  [
    'an empty entry',
    `{"object":"page","entry":[{"id":"${PAGE}"}]}`,
    [{ kind: 'ignored', source: PAGE, reason: 'empty_entry' }],
  ],
  [
    'items that are no list',
    `{"object":"page","entry":[{"id":"${PAGE}","messaging":{"a":1}}]}`,
    [{ kind: 'malformed', reason: 'odd_entry' }],
  ],
  ['no entries', '{"object":"page","entry":[]}', [{ kind: 'ignored', source: '', reason: 'no_entry' }]],
  ['no JSON', 'hello', [{ kind: 'malformed', source: '', reason: 'not_json' }]],
])('%s is kept with a reason', (_, body, expected) => {
  expect(convert(body)).toMatchObject(expected);
});

test('the signature is over the bytes as they came: Meta’s own vectors', () => {
  const income = new FacebookIncome();
  const signing = ['dev_app_secret_0123456789abcdef'];
  const wire = readFileSync(new URL('text.wire.json', fixtures));
  const vector = Buffer.from(
    String.raw`{"object":"page","entry":[{"id":"108326419507742","time":1791234567890,"messaging":[{"sender":{"id":"7329150486617043"},"recipient":{"id":"108326419507742"},"timestamp":1791234567123,"message":{"mid":"m_SignVector7","text":"S\u00fc\u00dfes \ud83d\ude42 https:\/\/example.com\/?k=4&m=6"}}]}]}`,
  );
  const isSigned = (body: Buffer, hex: string): boolean =>
    income.isAuthentic({ headers: { 'x-hub-signature-256': `sha256=${hex}` }, body }, { signing });
  const wireSignature = 'e515fee3ae7e6aeed460302f71be3384cea0a8092a54531d08b1a26d4272031d';
  expect(isSigned(vector, '254427b2bd489f80b4f012d2cff0467b91f05452f4114eaccfcc8eefdc9de0da')).toBe(true);
  expect(isSigned(wire, wireSignature)).toBe(true);
  expect(isSigned(Buffer.from(JSON.stringify(JSON.parse(wire.toString()))), wireSignature)).toBe(false);
});

test.each<[string, string, string | undefined]>([
  ['the right word', 'hub.mode=subscribe&hub.challenge=0017&hub.verify_token=word', '0017'],
  ['a wrong word', 'hub.mode=subscribe&hub.challenge=17&hub.verify_token=words', undefined],
  ['another mode', 'hub.mode=unsubscribe&hub.challenge=17&hub.verify_token=word', undefined],
  ['a challenge twice', 'hub.mode=subscribe&hub.challenge=17&hub.challenge=18&hub.verify_token=word', undefined],
  ['nested names', 'hub[mode]=subscribe&hub[challenge]=17&hub[verify_token]=word', undefined],
  ['nothing', '', undefined],
])('verification with %s', (_, query, answer) => {
  const secrets = { signing: ['s'], verifyToken: 'word' };
  expect(new FacebookIncome().challenge(new URLSearchParams(query), secrets)).toBe(answer);
});

test('verification without a configured word is refused', () => {
  const query = new URLSearchParams('hub.mode=subscribe&hub.challenge=17&hub.verify_token=');
  expect(new FacebookIncome().challenge(query, { signing: ['s'] })).toBeUndefined();
  expect(new FacebookIncome().challenge(query, { signing: ['s'], verifyToken: '' })).toBeUndefined();
});
