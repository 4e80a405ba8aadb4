import { readFileSync } from 'node:fs';
import type { InboundEvent, MessageContent } from '#messenger-kit';
import { sample } from '../../../messenger-kit/testing.js';
import { FacebookIncome } from './income.js';

const PAGE = '108326419507742';
const IRYNA = '7482093165518274';
const fixtures = new URL('./fixtures/', import.meta.url);

const convert = (body: string): InboundEvent[] =>
  new FacebookIncome().convert({ headers: {}, body: Buffer.from(body) });

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

const aMessageFrom = (
  page: string,
  person: string,
  mid: string,
  time: string,
  content: MessageContent,
): InboundEvent => ({
  kind: 'message',
  source: page,
  key: `message:${mid}`,
  sender: { scope: page, externalId: person },
  externalId: mid,
  sentAt: new Date(time),
  content,
});

test.each<[string, string, string, MessageContent]>([
  ['text', 'm_njh7097-kvkx_LBbk', '21', { text: 'Good day, is the oak lamp there? 🙂 Füße: 4' }],
  [
    'text.wire',
    'm_njh7097-kvkx_LBbk',
    '21',
    { text: 'Good day, is the oak lamp there? 🙂 Füße: 4 https://example.com/a/6' },
  ],
  ['quick-reply', 'm_wfd8623-wv', '26', { text: 'Oak', choice: { title: 'Oak', payload: 'GRAIN_OAK' } }],
  [
    'postback-button',
    'm_dyf7971-zjyntjdv',
    '27',
    { text: 'Speak to a clerk', choice: { title: 'Speak to a clerk', payload: 'TO_CLERK' } },
  ],
  ['reply-to', 'm_tfv8478-pwqvj', '30', { text: 'that shelf, yes', replyTo: 'm_njh7097-kvkx_LBbk' }],
  [
    'fallback-shared-link',
    'm_qxb6134-nfgyvkgd',
    '24',
    {
      text: 'https://example.com/catalog/9',
      attachments: [
        {
          type: 'link',
          name: 'Lantern 9 - Corner store',
          reference: 'https://l.example.com/l.php?u=https%3A%2F%2Fexample.com%2Fcatalog%2F9&h=AT_QWZNE&s=1',
        },
      ],
    },
  ],
  [
    'image-with-caption-less',
    'm_cxv6190-hrxtq',
    '22',
    {
      attachments: [
        {
          type: 'image',
          reference: 'https://cdn.example.com/v/t8.40263-5/oak_n.jpg?_nc_cat=3&oh=00_RGLHT&oe=6AD2EA4D',
        },
      ],
      unsupported: { kind: 'image' },
    },
  ],
  [
    'sticker',
    'm_bnh2209-bmvtcyx',
    '25',
    {
      attachments: [{ type: 'sticker', reference: 'https://cdn.example.com/v/t62.4815-3/hand.png?oe=6AD2EA4D' }],
      unsupported: { kind: 'sticker' },
    },
  ],
])('%s is a message', (name, mid, second, content) => {
  const time = `2026-10-17T05:07:${second}Z`;
  expect(convert(sample(fixtures, name))).toEqual([aMessageFrom(PAGE, IRYNA, mid, time, content)]);
});

test('the first contact through a link says where it came from', () => {
  const content = {
    text: 'Get Started',
    choice: { title: 'Get Started', payload: 'FIRST_HELLO' },
    referral: { ref: 'poster-9', source: 'SHORTLINK' },
  };
  expect(convert(sample(fixtures, 'postback-get-started-referral'))).toEqual([
    aMessageFrom(PAGE, '6915527380446193', 'm_qnj5379-kd', '2026-10-17T05:07:28Z', content),
  ]);
});

test('five attachments stay five', () => {
  const [event] = convert(sample(fixtures, 'attachments-all-types'));
  const content = event?.kind === 'message' ? event.content : undefined;
  expect(content).toMatchObject({ text: 'all of it', unsupported: { kind: 'image' } });
  expect(content?.attachments?.map(({ type, name }) => [type, name])).toEqual([
    ['image', undefined],
    ['video', undefined],
    ['audio', undefined],
    ['file', 'receipt 17.pdf'],
    ['location', "Iryna's Location"],
  ]);
});

test('two Pages in one call: each event goes to its own', () => {
  const at = (rest: string): string => `2026-10-17T05:07:39.${rest}Z`;
  expect(convert(sample(fixtures, 'batch-two-entries'))).toEqual([
    aMessageFrom(PAGE, IRYNA, 'm_dyk9187-f', at('000'), { text: 'tea' }),
    aMessageFrom(PAGE, IRYNA, 'm_cgc9546-m', at('100'), { text: 'jam' }),
    aMessageFrom('108326419883051', '6915527380446193', 'm_dzw6774-b', at('200'), { text: 'scone, second page' }),
  ]);
});

test('what was written while another app had the thread are messages, the payload withheld', () => {
  expect(convert(sample(fixtures, 'standby'))).toEqual([
    aMessageFrom(PAGE, IRYNA, 'm_nzq6851-pcwjfwb', '2026-10-17T05:07:40.000Z', {
      text: 'written while someone else had the chat',
    }),
    aMessageFrom(PAGE, IRYNA, 'm_gwd1655-qt', '2026-10-17T05:07:40.100Z', { text: 'List', choice: { title: 'List' } }),
  ]);
});

test.each([
  ['delivery', 'delivery', /^delivery:/],
  ['read', 'read', /^read:/],
  ['reaction', 'reaction', /^reaction:/],
  ['unreaction', 'reaction', /^reaction:/],
  ['message-edit', 'edit', /^edit:m_njh7097-kvkx_LBbk:1$/],
  ['message-unsend', 'delete', /^delete:m_njh7097-kvkx_LBbk$/],
  ['echo-own-app', 'echo', /^echo:m_dzp_zgh_6$/],
  ['echo-page-inbox', 'echo', /^echo:m_rpy_dgzzb_6$/],
  ['handover-pass-thread', 'thread_control', /^thread_control:/],
  ['referral-existing-thread', 'referral', /^referral:/],
])('%s is ignored: %s', (name, reason, key) => {
  expect(convert(sample(fixtures, name))).toEqual([
    { kind: 'ignored', source: PAGE, reason, key: expect.stringMatching(key) as string },
  ]);
});

test.each<[string, object, object]>([
  [
    'a guest of the plugin',
    { sender: { user_ref: 'u' }, message: { mid: 'm_1', text: 'x' } },
    { kind: 'ignored', reason: 'guest' },
  ],
  [
    'a policy event without sender',
    { sender: undefined, policy_enforcement: { action: 'block' } },
    { kind: 'ignored', reason: 'policy_enforcement' },
  ],
  ['a message without id', { message: { text: 'x' } }, { kind: 'malformed', reason: 'message_without_id' }],
  ['a message of nobody', { sender: {}, message: { mid: 'm_1' } }, { kind: 'malformed', reason: 'no_sender' }],
  ['an empty message', { message: { mid: 'm_1' } }, { kind: 'message', content: { unsupported: { kind: 'message' } } }],
  [
    'what Meta does not pass on',
    { message: { mid: 'm_1', is_unsupported: true } },
    { kind: 'message', content: { unsupported: { kind: 'unsupported' } } },
  ],
  [
    'a payload of null',
    { message: { mid: 'm_1', attachments: [{ type: 'fallback', payload: null, title: 'T' }] } },
    { content: { attachments: [{ type: 'link', name: 'T' }] } },
  ],
  [
    'a new type with a link',
    { message: { mid: 'm_1', attachments: [{ type: 'hologram', payload: { url: 'https://x.example' } }] } },
    { content: { attachments: [{ type: 'file' }], unsupported: { kind: 'hologram' } } },
  ],
  [
    'an old sticker',
    {
      message: {
        mid: 'm_1',
        attachments: [{ type: 'image', payload: { url: 'https://x.example', sticker_id: 369239263222822 } }],
      },
    },
    { content: { attachments: [{ type: 'sticker' }] } },
  ],
  ['a postback without title', { postback: { mid: 'm_1', payload: 'P' } }, { content: { text: 'P' } }],
])('%s', (_, item, expected) => {
  expect(convertOne(item)).toMatchObject(expected);
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
