import type { Attachment, InboundEvent, MessageContent } from '#messenger-kit';
import { sample } from '../../../messenger-kit/testing.js';
import { ViberIncome } from './income.js';

const BOT = 'pa:61820947355028613409';
const IRYNA = 'l8hV5W4w6N3kRDaej45Bdg==';
const fixtures = new URL('./fixtures/', import.meta.url);

function convert(body: string): InboundEvent {
  const events = new ViberIncome().convert({ headers: {}, body: Buffer.from(body) }, { source: BOT });
  expect(events).toHaveLength(1);
  return events[0] as InboundEvent;
}

/** A message of somebody, which says what the test says. Its token is written as digits, as Viber does. */
function aMessage(message: object, change: object = {}): string {
  const wire = { event: 'message', timestamp: 1792468135101, sender: { id: 'a/b+c==' }, message, ...change };
  return `${JSON.stringify(wire).slice(0, -1)},"message_token":5617382940165273999}`;
}

const iryna = { scope: BOT, externalId: IRYNA, name: 'Ірина' };
const contentOf = (message: object): MessageContent => {
  const event = convert(aMessage(message));
  if (event.kind !== 'message') throw new Error(event.kind);
  return event.content;
};

test.each<[string, string, string, MessageContent]>([
  ['text', '5617382940165273551', '01', { text: 'Вітання вам' }],
  [
    'picture',
    '5617382940165273552',
    '02',
    {
      attachments: [
        {
          type: 'image',
          name: '4.jpg',
          size: 118207,
          reference: 'https://cdn.example.com/8/media/6/short/any/sig/image/0x0/LHZDC/4.jpg',
        },
      ],
    },
  ],
  [
    'file',
    '5617382940165273553',
    '03',
    {
      attachments: [
        {
          type: 'file',
          name: 'lamps.pdf',
          size: 41876,
          reference: 'https://cdn.example.com/7/media/3/short/any/sig/file/GRWNB/lamps.pdf',
        },
      ],
    },
  ],
  [
    'contact',
    '5617382940165273554',
    '04',
    { attachments: [{ type: 'contact', contact: { name: 'Ірина', phone: '380390047163' } }] },
  ],
])('a message: %s, with all digits of its token', (name, token, ms, content) => {
  expect(convert(sample(fixtures, name))).toEqual({
    kind: 'message',
    source: BOT,
    key: `message:${token}`,
    sender: iryna,
    externalId: token,
    sentAt: new Date(1792468135100 + Number(ms)),
    content,
  });
});

test.each<[string, object]>([
  [
    'conversation-started',
    {
      key: `conversation_started:${IRYNA}:1792468135200`,
      what: 'referral',
      referral: { ref: 'mural17', source: 'deep_link' },
    },
  ],
  ['subscribed', { key: `subscribed:${IRYNA}:1792468135300`, what: 'unblocked' }],
])('a notice about somebody: %s', (name, expected) => {
  expect(convert(sample(fixtures, name))).toMatchObject({ kind: 'notice', person: iryna, ...expected });
});

test('who unsubscribed is named by id alone', () => {
  expect(convert(sample(fixtures, 'unsubscribed'))).toEqual({
    kind: 'notice',
    source: BOT,
    key: `unsubscribed:${IRYNA}:1792468135400`,
    person: { scope: BOT, externalId: IRYNA },
    what: 'blocked',
    at: new Date(1792468135400),
  });
});

test('a chat that was opened without a link is no referral', () => {
  const opened = sample(fixtures, 'conversation-started').replace('"context":"mural17",', '');
  expect(convert(opened)).toMatchObject({ kind: 'ignored', reason: 'conversation_started' });
});

test('the same notice under another token has the same key, one of another moment has another', () => {
  const told = sample(fixtures, 'subscribed');
  const again = told.replace('5617382940165273652', '5617382940165279999');
  expect(convert(again).key).toBe(convert(told).key);
  expect(convert(told.replace('1792468135300', '1792468135301')).key).not.toBe(convert(told).key);
});

test('what was seen, and what failed with why', () => {
  expect(convert(sample(fixtures, 'seen'))).toEqual({
    kind: 'receipt',
    source: BOT,
    key: 'receipt:5617382940165273751:read',
    status: 'read',
    targets: ['5617382940165273751'],
    at: new Date(1792468135500),
  });
  expect(convert(sample(fixtures, 'failed'))).toMatchObject({
    status: 'failed',
    targets: ['5617382940165273752'],
    failure: { code: 'failed', sentence: 'Viber could not deliver the message: Not delivered now.' },
  });
});

test('another device that tells the same is the same event', () => {
  const seen = sample(fixtures, 'seen');
  const later = seen.replace('1792468135500', '1792468139999');
  expect(convert(later).key).toBe(convert(seen).key);
  expect(convert(seen.replace('seen', 'delivered'))).toMatchObject({ status: 'delivered' });
  expect(convert(seen.replace('seen', 'delivered')).key).not.toBe(convert(seen).key);
});

test('the trial of the address, and what is no part of a conversation', () => {
  expect(convert(sample(fixtures, 'webhook-check'))).toMatchObject({ kind: 'ignored', reason: 'webhook_check' });
  for (const event of ['client_status', 'action']) {
    expect(convert(JSON.stringify({ event }))).toMatchObject({ kind: 'ignored', reason: event });
  }
});

test('an id of somebody stays as it is, who hides the name has none', () => {
  expect(convert(aMessage({ type: 'text', text: 'Hi' }))).toMatchObject({
    sender: { scope: BOT, externalId: 'a/b+c==' },
    externalId: '5617382940165273999',
  });
});

const file = (type: Attachment['type'], more: object = {}): MessageContent => ({
  attachments: [{ type, reference: 'https://cdn.example.com/f', ...more }],
});
const media = 'https://cdn.example.com/f';

test.each<[string, object, MessageContent]>([
  ['a picture with a caption', { type: 'picture', media, text: 'this?' }, { text: 'this?', ...file('image') }],
  ['a video', { type: 'video', media, duration: 9, size: 7 }, file('video', { duration: 9, size: 7 })],
  ['a name with a path', { type: 'file', media, file_name: '../a/b.pdf' }, file('file', { name: '.._a_b.pdf' })],
  ['a sticker with a picture', { type: 'sticker', sticker_id: '40100', media }, file('sticker')],
  [
    'a sticker of Viber’s collection',
    { type: 'sticker', sticker_id: 40100 },
    { attachments: [{ type: 'sticker' }], unsupported: { kind: 'sticker' } },
  ],
  [
    'a picture without its link',
    { type: 'picture', text: 'this?' },
    { text: 'this?', attachments: [{ type: 'image' }], unsupported: { kind: 'picture' } },
  ],
  [
    'a place, in numbers',
    { type: 'location', location: { lat: 50.45, lon: 30.52, address: 'Kyiv' } },
    { attachments: [{ type: 'location', location: { latitude: 50.45, longitude: 30.52, address: 'Kyiv' } }] },
  ],
  [
    'a place, in strings',
    { type: 'location', location: { lat: '-50.45', lon: '30.52' } },
    { attachments: [{ type: 'location', location: { latitude: -50.45, longitude: 30.52 } }] },
  ],
  ['a place that is none', { type: 'location', location: { lat: 91, lon: 0 } }, { unsupported: { kind: 'location' } }],
  [
    'a page',
    { type: 'url', media: 'https://example.org/a' },
    { attachments: [{ type: 'link', url: 'https://example.org/a' }] },
  ],
  ['a page nobody can open', { type: 'url', media: 'javascript:alert(1)' }, { text: 'javascript:alert(1)' }],
  ['a carousel', { type: 'rich_media', text: 'Pick' }, { text: 'Pick', unsupported: { kind: 'rich_media' } }],
  ['something new', { type: 'hologram' }, { unsupported: { kind: 'hologram' } }],
  ['an empty text', { type: 'text', text: '' }, { unsupported: { kind: 'text' } }],
])('what a message says: %s', (_, message, content) => {
  expect(contentOf(message)).toEqual(content);
});

test.each([
  ['message', 'message_without_token', '{"event":"message","sender":{"id":"a"}}'],
  ['sender', 'no_sender', aMessage({}, { sender: { name: 'A' } })],
  ['receipt', 'receipt_without_token', '{"event":"seen","user_id":"a"}'],
  ['person', 'no_person', '{"event":"unsubscribed"}'],
  ['body', 'not_json', 'hello'],
])('without what it is about an event is malformed: %s', (_, reason, body) => {
  expect(convert(body)).toMatchObject({ kind: 'malformed', reason });
});

test('the signature of the reference’s vector', () => {
  const body = Buffer.from(sample(fixtures, 'text.wire'));
  const token = '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b';
  const signature = '8b180ee518ec727a98249c32ed6e8bbbc8cdc6e11e1f3e197eeec13f50db3747';
  const asks = (signing: string[], given = signature) =>
    new ViberIncome().isAuthentic({ headers: { 'x-viber-content-signature': given }, body }, { signing });
  expect(asks([token])).toBe(true);
  expect(asks([token.replace('5a5a', '5b5a')])).toBe(false);
  expect(asks([token], signature.replace('8b18', '8b19'))).toBe(false);
});
