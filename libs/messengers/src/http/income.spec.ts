import { type InboundEvent, signed } from '#messenger-kit';
import { sample } from '../../../messenger-kit/testing.js';
import { HttpIncome } from './income.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const source = 'crm.example.com/1f';
const anna = { scope: source, externalId: 'anna-17' };
const time = (clock: string) => new Date(`2026-11-22T${clock}:00.000Z`);
const income = new HttpIncome();
const convert = (body: string): InboundEvent[] => income.convert({ headers: {}, body: Buffer.from(body) }, { source });

test.each<[string, object]>([
  [
    'text',
    {
      kind: 'message',
      source,
      key: 'message:m-1',
      externalId: 'm-1',
      sender: { ...anna, name: 'Anna Petrenko' },
      sentAt: time('09:30'),
      content: { text: 'Is the oak lamp in stock?' },
    },
  ],
  ['picture', { content: { text: 'This one', attachments: [{ type: 'image', size: 48213, name: 'lamp.jpg' }] } }],
  [
    'place',
    {
      content: {
        attachments: [
          { type: 'location', location: { latitude: 50.4501, longitude: 30.5234, title: 'Shop' } },
          { type: 'contact', contact: { name: 'Bohdan', phone: '+380441234567' } },
          { type: 'link', url: 'https://example.com/lamp', title: 'The lamp' },
          { type: 'poll', poll: { question: 'Which?', options: ['Oak', 'Ash'] } },
          { type: 'audio', form: 'voice', duration: 7, reference: 'https://files.example.com/7.ogg' },
        ],
      },
    },
  ],
  ['reply', { content: { text: 'Yes, that', replyTo: 'out-1', quote: 'the oak lamp' } }],
  [
    'pressed',
    {
      content: {
        choice: { title: 'Yes', payload: 'yes' },
        replyTo: 'out-2',
        referral: { ref: 'spring', source: 'newsletter' },
      },
    },
  ],
  ['edit', { kind: 'edit', target: 'm-1', rank: 0, at: time('09:32'), content: { text: 'Is the ash lamp in stock?' } }],
  ['deletion', { kind: 'deletion', target: 'm-2', rank: 0 }],
  ['reaction', { kind: 'reaction', target: 'out-1', by: anna, emojis: ['👍'], at: time('09:33') }],
  ['delivered', { kind: 'receipt', status: 'delivered', targets: ['out-1', 'out-2'] }],
  ['read', { kind: 'receipt', status: 'read', person: anna, upTo: time('09:34') }],
  [
    'failed',
    {
      kind: 'receipt',
      status: 'failed',
      targets: ['out-3'],
      failure: { code: 'unreachable', sentence: 'The number does not exist.' },
    },
  ],
  ['echo', { kind: 'echo', externalId: 'out-9', recipient: anna, content: { text: 'Written in the other system' } }],
  ['blocked', { kind: 'notice', what: 'blocked', person: anna, at: time('09:36') }],
])('%s', (name, expected) => {
  expect(convert(sample(fixtures, name))).toMatchObject([expected]);
});

test.each<[string, string]>([
  ['not JSON', 'not_json'],
  ['[]', 'no_events'],
  [`[${'{},'.repeat(1_000)}{}]`, 'too_many_events'],
  ['7', 'event_invalid'],
  ['{}', 'kind_missing'],
  ['{"kind":7}', 'kind_invalid'],
  ['{"kind":"message","text":"x","sender":{"externalId":"a"}}', 'external_id_missing'],
  ['{"kind":"message","externalId":"1","text":"x"}', 'sender_missing'],
  ['{"kind":"message","externalId":"1","text":"x","sender":{}}', 'sender_external_id_missing'],
  ['{"kind":"message","externalId":"1","text":"x","sender":"a"}', 'sender_invalid'],
  ['{"kind":"message","externalId":"1","sender":{"externalId":"a"}}', 'content_missing'],
  ['{"kind":"message","externalId":"1","sender":{"externalId":"a"},"text":{}}', 'text_invalid'],
  ['{"kind":"message","externalId":"1","sender":{"externalId":"a"},"text":"x","sentAt":"now"}', 'sent_at_invalid'],
  ['{"kind":"message","externalId":"1","sender":{"externalId":"a"},"text":"x","txet":"y"}', 'txet_unknown'],
  ['{"kind":"message","externalId":"1","sender":{"externalId":"a"},"text":"x","Ü b":"y"}', 'property_unknown'],
  [
    '{"kind":"message","externalId":"1","sender":{"externalId":"a"},"attachments":[{"type":"hologram"}]}',
    'attachments_type_invalid',
  ],
  [
    '{"kind":"message","externalId":"1","sender":{"externalId":"a"},"attachments":[{"type":"link","url":"javascript:1"}]}',
    'attachments_url_invalid',
  ],
  ['{"kind":"edit","target":"1","text":"x"}', 'at_missing'],
  ['{"kind":"receipt","status":"read"}', 'targets_missing'],
  ['{"kind":"receipt","status":"seen","targets":["1"]}', 'status_invalid'],
])('%s is malformed: %s', (body, reason) => {
  expect(convert(body)).toMatchObject([{ kind: 'malformed', source, reason }]);
});

test('the same event has the same key, whatever the order of its members, alone or in a list; null is left out', () => {
  const [one] = convert('{"kind":"deletion","target":"m-2"}');
  const [other, third] = convert('[{"target":"m-2","kind":"deletion"},{"kind":"deletion","target":"m-3"}]');
  expect(other).toEqual(one);
  expect(third?.key).not.toBe(one?.key);
  const message = '{"kind":"message","externalId":"1","sender":{"externalId":"a"},"text":"x"';
  expect(convert(`${message},"replyTo":null}`)).toEqual(convert(`${message}}`));
});

test('a signature is the standard’s, over the id, the time and the bytes', () => {
  // The example of the standard; its secret is whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.
  const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const at = 1_614_265_330_000;
  const headers = signed('msg_p5jXN8AQM9LWM0D4loKWxJek', Buffer.from('{"test": 2432232314}'), secret, at);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a call is authentic for five minutes, with its own id and body only', () => {
  const body = Buffer.from('{}');
  const secrets = { signing: ['old', 'new'] };
  const minutesAgo = (minutes: number) => signed('msg_1', body, 'new', Date.now() - minutes * 60_000);
  expect(income.isAuthentic({ headers: minutesAgo(4.9), body }, secrets)).toBe(true);
  expect(income.isAuthentic({ headers: minutesAgo(-4.9), body }, secrets)).toBe(true);
  expect(income.isAuthentic({ headers: minutesAgo(5.1), body }, secrets)).toBe(false);
  expect(income.isAuthentic({ headers: minutesAgo(-5.1), body }, secrets)).toBe(false);
  const headers = minutesAgo(0);
  expect(income.isAuthentic({ headers, body: Buffer.from('{ }') }, secrets)).toBe(false);
  expect(income.isAuthentic({ headers: { ...headers, 'webhook-id': 'msg_2' }, body }, secrets)).toBe(false);
  expect(income.isAuthentic({ headers: { ...headers, 'webhook-timestamp': 'now' }, body }, secrets)).toBe(false);
  const both = `${signed('msg_1', body, 'lost')['webhook-signature']} ${headers['webhook-signature']}`;
  expect(income.isAuthentic({ headers: { ...headers, 'webhook-signature': both }, body }, secrets)).toBe(true);
});
