import { readdirSync } from 'node:fs';
import { GuardedHttp, type InboundEvent, type MessageContent } from '#messenger-kit';
import { sample } from '../../../messenger-kit/testing.js';
import { WhatsAppMessenger } from './whatsapp.messenger.js';

const NUMBER = '116204873915508';
const IRYNA = { scope: NUMBER, externalId: 'UA.27408193650271846395' };
const NAMED = { ...IRYNA, name: 'Iryna Lys' };
const fixtures = new URL('./fixtures/', import.meta.url);
const { income } = new WhatsAppMessenger({}, new GuardedHttp());

/** The wire has seconds, as strings. */
const at = (seconds: number): Date => new Date(seconds * 1000);

const message = (id: string, seconds: number, content: MessageContent, sender: object = NAMED): unknown => ({
  kind: 'message',
  source: NUMBER,
  key: `message:${id}`,
  sender,
  externalId: id,
  sentAt: at(seconds),
  sentWithinMs: 1000,
  content,
});
const receipt = (id: string, status: string, seconds: number, more: object = {}): unknown => ({
  kind: 'receipt',
  source: NUMBER,
  key: `status:${id}:${status}`,
  status,
  targets: [id],
  at: at(seconds),
  ...more,
});

const convert = (body: string): InboundEvent[] => income.convert({ headers: {}, body: Buffer.from(body) });

const CONVERTED: Readonly<Record<string, readonly unknown[]>> = {
  text: [message('wamid.LKY69', 1791900262, { text: 'Мої вітання 🌻' })],
  'text.wire': [message('wamid.LKY70', 1791900262, { text: 'Мої вітання 🌻 https://example.com/a' })],
  'text-username-only': [
    message(
      'wamid.JNK69',
      1791900263,
      { text: 'only my handle today' },
      {
        scope: NUMBER,
        externalId: 'US.46019385720461937580',
        name: 'Kai',
      },
    ),
  ],
  image: [
    message('wamid.FBT32', 1791900264, {
      text: 'this type?',
      attachments: [{ type: 'image', mimeType: 'image/jpeg', reference: '2718406593172845' }],
    }),
  ],
  'interactive-button-reply': [
    message('wamid.KXL33', 1791900265, {
      text: 'Fit',
      choice: { title: 'Fit', payload: 'fit' },
      replyTo: 'wamid.RRFFMN4',
    }),
  ],
  reaction: [
    {
      kind: 'reaction',
      source: NUMBER,
      key: 'reaction:wamid.WPK43',
      target: 'wamid.RRFFMN4',
      at: at(1791900266),
      rank: 0,
      by: NAMED,
      emojis: ['🔥'],
    },
  ],
  edit: [
    {
      kind: 'edit',
      source: NUMBER,
      key: 'edit:wamid.BYL41',
      target: 'wamid.LKY69',
      at: at(1791900267),
      rank: 0,
      by: NAMED,
      content: { text: 'Щирі вітання 🌻' },
    },
  ],
  revoke: [
    {
      kind: 'deletion',
      source: NUMBER,
      key: 'deletion:wamid.XWL26',
      target: 'wamid.LKY69',
      at: at(1791900268),
      rank: 0,
    },
  ],
  statuses: [
    receipt('wamid.RRFFMN4', 'delivered', 1791900272),
    { kind: 'ignored', source: NUMBER, key: expect.stringMatching(/^sent:/) as string, reason: 'sent' },
  ],
  'status-failed-window': [
    receipt('wamid.PRLFNW7', 'failed', 1791900273, {
      failure: { code: '131047', sentence: 'WhatsApp allows answers within 24 hours after the person last wrote.' },
    }),
  ],
  'echo-business-app': [
    {
      kind: 'echo',
      source: NUMBER,
      key: 'echo:wamid.DKVLTVM8',
      recipient: { scope: NUMBER, externalId: '380390047163' },
      externalId: 'wamid.DKVLTVM8',
      sentAt: at(1791900274),
      content: { text: 'sent by the owner' },
    },
  ],
};

test('the table has every fixture', () => {
  const names = readdirSync(fixtures).map((file) => file.replace(/\.json$/, ''));
  expect(names.filter((name) => !name.startsWith('api-')).sort()).toEqual(Object.keys(CONVERTED).sort());
});

test.each(Object.entries(CONVERTED))('%s', (name, events) => {
  expect(convert(sample(fixtures, name))).toEqual(events);
});

function changed(value: object, field = 'messages'): InboundEvent[] {
  const changes = [{ field, value: { metadata: { phone_number_id: NUMBER }, ...value } }];
  return convert(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] }));
}

const LONG = 'word '.repeat(100).trim();

const said = (wire: object): InboundEvent => {
  const frame = { from: '15550100', from_user_id: IRYNA.externalId, id: 'wamid.A', timestamp: '1791900262' };
  return changed({ messages: [{ ...frame, ...wire }] })[0]!;
};

test.each<[string, object, MessageContent]>([
  [
    'a voice message',
    { type: 'audio', audio: { id: '7', mime_type: 'audio/ogg; codecs=opus', voice: true } },
    { attachments: [{ type: 'audio', mimeType: 'audio/ogg', reference: '7', form: 'voice' }] },
  ],
  [
    'a document',
    { type: 'document', document: { id: '8', filename: 'a/b.pdf', mime_type: 'application/pdf', caption: 'See' } },
    { text: 'See', attachments: [{ type: 'file', name: 'a_b.pdf', mimeType: 'application/pdf', reference: '8' }] },
  ],
  [
    'a sticker that moves',
    { type: 'sticker', sticker: { id: '9', mime_type: 'image/webp', animated: true } },
    { attachments: [{ type: 'sticker', mimeType: 'image/webp', reference: '9', form: 'animation' }] },
  ],
  [
    'a file that Meta could not take',
    { type: 'image', image: { caption: 'Look' }, errors: [{ code: 131052 }] },
    { text: 'Look', attachments: [{ type: 'image' }], unsupported: { kind: 'image' } },
  ],
  [
    'a place, with numbers as text',
    { type: 'location', location: { latitude: '50.45', longitude: 30.5, name: 'Shop', address: 'Street 1' } },
    {
      attachments: [
        { type: 'location', location: { latitude: 50.45, longitude: 30.5, title: 'Shop', address: 'Street 1' } },
      ],
    },
  ],
  [
    'contacts, one without a phone',
    {
      type: 'contacts',
      contacts: [
        { name: { formatted_name: 'Bo' }, phones: [{ phone: '+1 555', wa_id: '1555' }] },
        { name: { first_name: 'Al' } },
      ],
    },
    {
      attachments: [
        { type: 'contact', contact: { name: 'Bo', phone: '+1 555' } },
        { type: 'contact', contact: { name: 'Al' } },
      ],
    },
  ],
  [
    'a row of a list',
    {
      type: 'interactive',
      interactive: { type: 'list_reply', list_reply: { id: 'r1', title: 'Row', description: 'x' } },
    },
    { text: 'Row', choice: { title: 'Row', payload: 'r1' } },
  ],
  [
    'a form',
    {
      type: 'interactive',
      interactive: {
        type: 'nfm_reply',
        nfm_reply: { body: 'Sent', response_json: '{"flow_token":"t","size":"M","n":2}' },
      },
    },
    { text: 'Sent\nsize: M\nn: 2' },
  ],
  [
    'all that somebody wrote into a form',
    {
      type: 'interactive',
      interactive: { type: 'nfm_reply', nfm_reply: { response_json: JSON.stringify({ wish: `Dear\n${LONG}` }) } },
    },
    { text: `wish: Dear\n${LONG}` },
  ],
  [
    'a button of a template',
    { type: 'button', button: { payload: 'yes', text: 'Yes' } },
    { text: 'Yes', choice: { title: 'Yes', payload: 'yes' } },
  ],
  [
    'an order',
    {
      type: 'order',
      order: {
        text: 'Soon',
        product_items: [{ product_retailer_id: 'lamp', quantity: 2, item_price: 9.5, currency: 'EUR' }],
      },
    },
    { text: 'Soon\n2 × lamp (9.5 EUR)' },
  ],
  [
    'after an advertisement',
    { type: 'text', text: { body: 'Hi' }, referral: { source_type: 'ad', source_id: '77', ctwa_clid: 'c' } },
    { text: 'Hi', referral: { ref: '77', source: 'ad' } },
  ],
  [
    'what the API does not carry',
    { type: 'unsupported', unsupported: { type: 'poll' } },
    { unsupported: { kind: 'poll' } },
  ],
  ['what is new', { type: 'hologram', hologram: {} }, { unsupported: { kind: 'hologram' } }],
])('%s', (_, wire, content) => {
  expect(said(wire)).toMatchObject({ kind: 'message', sender: IRYNA, content });
});

test('who writes is matched by id, never by place; a phone serves where there is no other id', () => {
  const contacts = [
    { wa_id: '2', user_id: 'GB.2', profile: { name: 'Two' } },
    { wa_id: '1', profile: { name: 'One' } },
  ];
  const text = { type: 'text', text: { body: 'x' }, timestamp: '1791900262' };
  const messages = [
    { ...text, from: '1', id: 'wamid.1' },
    { ...text, from: '2', id: 'wamid.2' },
    { ...text, from_user_id: 'GB.3', id: 'wamid.3' },
  ];
  expect(changed({ contacts, messages }).map((event) => 'sender' in event && event.sender)).toEqual([
    { scope: NUMBER, externalId: '1', name: 'One' },
    { scope: NUMBER, externalId: 'GB.2', name: 'Two' },
    { scope: NUMBER, externalId: 'GB.3' },
  ]);
});

test('a new caption without its file leaves the file as it is', () => {
  const edit = { original_message_id: 'wamid.X', message: { type: 'image', image: { caption: 'Better' } } };
  expect(said({ type: 'edit', edit })).toMatchObject({
    kind: 'edit',
    target: 'wamid.X',
    content: { text: 'Better' },
    textOnly: true,
  });
});

test.each([{ emoji: '' }, {}])('a reaction taken back: %j', (emoji) => {
  expect(said({ type: 'reaction', reaction: { message_id: 'wamid.X', ...emoji } })).toMatchObject({ emojis: [] });
});

test('a status gives our id back; what was only sent is told by that alone', () => {
  const frame = { id: 'wamid.OUT', timestamp: '1791900270', biz_opaque_callback_data: 'our-id' };
  const statuses = ['sent', 'played', 'failed', 'warped'].map((status) => ({ ...frame, status }));
  expect(changed({ statuses })).toEqual([
    receipt('wamid.OUT', 'sent', 1791900270, { ownId: 'our-id' }),
    { ...(receipt('wamid.OUT', 'read', 1791900270, { ownId: 'our-id' }) as object), key: 'status:wamid.OUT:played' },
    receipt('wamid.OUT', 'failed', 1791900270, {
      ownId: 'our-id',
      failure: { code: 'failed', sentence: 'WhatsApp could not deliver the message.' },
    }),
    { kind: 'ignored', source: NUMBER, key: expect.any(String) as string, reason: 'unknown_status' },
  ]);
});

test.each<[string, object, string, object]>([
  ['a welcome', { messages: [{ id: 'wamid.1', type: 'request_welcome' }] }, 'messages', { reason: 'chat_opened' }],
  [
    'a new phone',
    { messages: [{ id: 'wamid.1', from: '1', type: 'system', system: { type: 'user_changed_number', wa_id: '2' } }] },
    'messages',
    { reason: 'number_changed' },
  ],
  [
    'a group',
    { messages: [{ id: 'wamid.1', from: '1', type: 'text', group_id: 'g' }] },
    'messages',
    { reason: 'group' },
  ],
  ['nobody', { messages: [{ id: 'wamid.1', type: 'text' }] }, 'messages', { kind: 'malformed', reason: 'no_sender' }],
  ['an empty change', {}, 'messages', { reason: 'empty_change' }],
  ['a list that is none', { messages: {} }, 'messages', { kind: 'malformed', reason: 'odd_value' }],
  ['a restricted account', { event: 'ACCOUNT_VIOLATION' }, 'account_update', { reason: 'other_field' }],
  [
    'an edit of nothing',
    { messages: [{ id: 'wamid.1', from: '1', type: 'edit', edit: {} }] },
    'messages',
    { kind: 'malformed' },
  ],
  [
    'a problem of the number',
    { errors: [{ code: 131031, title: 'Account locked.' }] },
    'messages',
    {
      kind: 'account',
      what: 'warned',
      sentence: 'WhatsApp reports a problem with the number: Account locked (131031).',
    },
  ],
  [
    'no more advertising',
    { user_preferences: [{ wa_id: '1', category: 'marketing_messages', value: 'stop', timestamp: '1791900262' }] },
    'user_preferences',
    { kind: 'notice', what: 'opt_out', person: { scope: NUMBER, externalId: '1' }, at: at(1791900262) },
  ],
  [
    'a colleague takes back what they wrote in the app',
    {
      message_echoes: [
        { from: NUMBER, to: '1', id: 'wamid.1', type: 'revoke', revoke: { original_message_id: 'wamid.0' } },
      ],
    },
    'smb_message_echoes',
    { kind: 'deletion', target: 'wamid.0' },
  ],
])('%s', (_, value, field, event) => {
  expect(changed(value, field)).toEqual([expect.objectContaining({ kind: 'ignored', source: NUMBER, ...event })]);
});

test('a change that names no number of ours is no channel’s', () => {
  const body = {
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: {} }] }],
  };
  expect(convert(JSON.stringify(body))).toMatchObject([{ kind: 'malformed', source: '', reason: 'no_number' }]);
});

test('the address is verified with our word and no other', () => {
  const secrets = { signing: ['x'], verifyToken: 'word' };
  const query = (token: string) =>
    new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '42', 'hub.verify_token': token });
  expect(income.challenge(query('word'), secrets)).toBe('42');
  expect(income.challenge(query('wort'), secrets)).toBeUndefined();
});
