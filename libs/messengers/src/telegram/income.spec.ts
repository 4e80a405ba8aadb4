import type { Attachment, InboundEvent, MessageContent } from '#messenger-kit';
import { sample, samplesIn } from '../../../messenger-kit/testing.js';
import { TelegramIncome } from './income.js';

const BOT = '7193405826';
const IRYNA = '6841097253';
const fixtures = new URL('./fixtures/', import.meta.url);

function convert(body: string | object): InboundEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const events = new TelegramIncome().convert({ headers: {}, body: Buffer.from(text) }, { source: BOT });
  expect(events).toHaveLength(1);
  return events[0] as InboundEvent;
}

/** A private text message, changed as the test says. */
function aMessage(change: object = {}, updateId = 1): object {
  const person = { id: 5, is_bot: false, first_name: 'Ann' };
  const chat = { id: 5, type: 'private' };
  return {
    update_id: updateId,
    message: { message_id: 9, from: person, chat, date: 1791777434, text: 'Hi', ...change },
  };
}

const ann = { scope: '', externalId: '5', name: 'Ann' };
const iryna = { scope: '', externalId: IRYNA, name: 'Iryna Lys' };
const image = (size: number, reference: string): Attachment => ({ type: 'image', size, reference });

/** Every captured message: id, second of 2026-10-12T03:57, content. */
const MESSAGES: readonly [string, string, string, MessageContent][] = [
  ['text', '417', '14', { text: 'Вітаю! Чи є абажури S?' }],
  ['text.wire', '418', '15', { text: 'Гаразд 🙂 https://example.org' }],
  ['start-with-payload', '419', '16', { text: '/start mural_17', referral: { ref: 'mural_17', source: 'deep_link' } }],
  ['photo-with-caption', '420', '17', { text: 'Any more?', attachments: [image(152300, 'AgACngc_q')] }],
  ['album-1', '421', '18', { text: 'both sides', attachments: [image(21400, 'AgACvmk3')] }],
  ['album-2', '422', '19', { attachments: [image(21400, 'AgACxny4')] }],
  [
    'document',
    '423',
    '20',
    {
      attachments: [
        { type: 'file', name: 'договір.pdf', mimeType: 'application/pdf', size: 31874, reference: 'BQACwrn' },
      ],
    },
  ],
  [
    'voice',
    '424',
    '21',
    {
      attachments: [
        { type: 'audio', form: 'voice', duration: 6, mimeType: 'audio/ogg', size: 8412, reference: 'AwACthd' },
      ],
    },
  ],
  [
    'video-too-big',
    '425',
    '22',
    {
      text: '64 MB',
      attachments: [
        {
          type: 'video',
          name: 'way.mp4',
          mimeType: 'video/mp4',
          duration: 75,
          size: 67108864,
          reference: 'BAACrgkykg',
        },
      ],
    },
  ],
  [
    'sticker',
    '426',
    '23',
    { attachments: [{ type: 'sticker', title: '🔥', mimeType: 'video/webm', size: 29800, reference: 'CAACqcw' }] },
  ],
  [
    'location',
    '427',
    '24',
    { attachments: [{ type: 'location', location: { latitude: 49.8391, longitude: 24.0304 } }] },
  ],
  ['contact', '428', '25', { attachments: [{ type: 'contact', contact: { name: 'Iryna', phone: '+380390052846' } }] }],
  ['reply', '429', '26', { text: 'felt', replyTo: `${IRYNA}:76` }],
  [
    'unsupported-dice',
    '431',
    '28',
    { text: '🎳', attachments: [{ type: 'unsupported' }], unsupported: { kind: 'dice' } },
  ],
];

test.each(MESSAGES)('%s is a message', (name, id, second, content) => {
  expect(convert(sample(fixtures, name))).toEqual({
    kind: 'message',
    source: BOT,
    key: `message:${IRYNA}:${id}`,
    sender: iryna,
    externalId: `${IRYNA}:${id}`,
    sentAt: new Date(`2026-10-12T03:57:${second}Z`),
    sentWithinMs: 1_000,
    content,
  });
});

/** Every captured update that is something else than a message. */
const OTHERS: Readonly<Record<string, object>> = {
  'callback-query': {
    kind: 'message',
    key: 'callback:2938175046620193847',
    sender: iryna,
    externalId: 'callback:2938175046620193847',
    content: { text: 'Felt', choice: { title: 'Felt', payload: 'f:felt' }, replyTo: `${IRYNA}:77` },
    acknowledge: '2938175046620193847',
  },
  'edited-message': {
    kind: 'edit',
    key: `edit:${IRYNA}:417:1791777633:683410284`,
    target: `${IRYNA}:417`,
    at: new Date(1791777633_000),
    rank: 1791777633 * 2 ** 21 + (683410284 % 2 ** 21),
    content: { text: 'Вітаю! Чи є абажури M?' },
  },
  'message-reaction': {
    kind: 'reaction',
    key: expect.stringMatching(/^reaction:[0-9a-f]{32}:683410287$/) as string,
    target: `${IRYNA}:77`,
    at: new Date(1791777833_000),
    rank: 1791777833 * 2 ** 21 + (683410287 % 2 ** 21),
    by: iryna,
    emojis: ['🔥'],
  },
  'my-chat-member-kicked': {
    kind: 'notice',
    key: expect.stringMatching(/^my_chat_member:[0-9a-f]{32}:683410286$/) as string,
    person: iryna,
    what: 'blocked',
    at: new Date(1791777733_000),
  },
  'group-message': { kind: 'ignored', key: 'message:-1002471908365:8', reason: 'group' },
  'channel-post': {
    kind: 'ignored',
    key: expect.stringMatching(/^channel_post:/) as string,
    reason: 'channel_post',
  },
  'business-message': { kind: 'ignored', key: expect.stringMatching(/^business:/) as string, reason: 'business' },
};

test.each(Object.entries(OTHERS))('%s is what it is', (name, event) => {
  expect(convert(sample(fixtures, name))).toEqual({ source: BOT, ...event });
});

test('every captured update is one of these tests', () => {
  const tested = [...MESSAGES.map(([name]) => name), ...Object.keys(OTHERS)];
  expect([...samplesIn(fixtures).keys()].filter((name) => !tested.includes(name))).toEqual([]);
});

test.each<[string, object, string]>([
  ['a service message', { text: undefined, pinned_message: {} }, 'service_message'],
  ['a video chat', { text: undefined, video_chat_started: {} }, 'service_message'],
  ['a bot', { from: { id: 5, is_bot: true } }, 'bot'],
  ['nobody', { from: undefined }, 'no_sender'],
  ['an ephemeral message', { message_id: 0 }, 'ephemeral'],
  ['Telegram itself', { chat: { id: 777000, type: 'private' } }, 'service_account'],
  ['a group that moves', { chat: { id: -7, type: 'group' }, migrate_to_chat_id: -1007 }, 'group'],
  ['a personal account’s message', { business_connection_id: 'b' }, 'business'],
])('%s is no customer writing, and no customer changing anything', (_, change, reason) => {
  expect(convert(aMessage(change))).toMatchObject({ kind: 'ignored', reason });
  const { message } = aMessage(change) as { message: object };
  expect(convert({ update_id: 2, edited_message: { ...message, edit_date: 1791777500 } })).toMatchObject({
    kind: 'ignored',
    reason,
  });
});

const file = { file_id: 'r', file_size: 5 };
const reference = { size: 5, reference: 'r' };
const link = (url: string): object => ({ type: 'text_link', offset: 0, length: 4, url });

test.each<[string, object, MessageContent]>([
  [
    'an animation with its document twin',
    { animation: { ...file, duration: 2 }, document: file },
    { attachments: [{ type: 'video', form: 'animation', duration: 2, ...reference }] },
  ],
  [
    'a venue with its location twin',
    { location: { latitude: 1, longitude: 2 }, venue: { location: { latitude: 1, longitude: 2 }, title: 'Shop' } },
    { attachments: [{ type: 'location', location: { latitude: 1, longitude: 2, title: 'Shop' } }] },
  ],
  [
    'a live photo with its photo twin',
    { photo: [file], live_photo: { file_id: 'video' } },
    { attachments: [{ type: 'image', ...reference }] },
  ],
  ['a live photo alone', { live_photo: file }, { attachments: [{ type: 'video', form: 'animation', ...reference }] }],
  [
    'sizes of a photo in any order',
    {
      photo: [
        { ...file, width: 90, height: 90 },
        { file_id: 'small', width: 9, height: 9 },
      ],
    },
    { attachments: [{ type: 'image', ...reference }] },
  ],
  ['a round video', { video_note: file }, { attachments: [{ type: 'video', form: 'round', ...reference }] }],
  [
    'music',
    { audio: { ...file, performer: 'Lys', title: 'Felt', file_name: 'a.mp3' } },
    { attachments: [{ type: 'audio', name: 'a.mp3', title: 'Lys – Felt', ...reference }] },
  ],
  [
    'an animated sticker',
    { sticker: { ...file, is_animated: true } },
    { attachments: [{ type: 'sticker', mimeType: 'application/x-tgsticker', ...reference }] },
  ],
  [
    'a contact card',
    {
      contact: {
        phone_number: '+1',
        first_name: 'Bo',
        last_name: 'Lee',
        vcard: 'BEGIN:VCARD\nEMAIL;TYPE=x:b@example.com',
      },
    },
    { attachments: [{ type: 'contact', contact: { name: 'Bo Lee', phone: '+1', email: 'b@example.com' } }] },
  ],
  [
    'people that were picked',
    { users_shared: { users: [{ user_id: 1, first_name: 'Bo' }, { user_id: 2 }] } },
    {
      attachments: [
        { type: 'contact', contact: { name: 'Bo' } },
        { type: 'contact', contact: { name: 'Telegram user 2' } },
      ],
    },
  ],
  [
    'people that were picked, the old way',
    { users_shared: { user_ids: [3] } },
    { attachments: [{ type: 'contact', contact: { name: 'Telegram user 3' } }] },
  ],
  [
    'a group that was picked',
    { chat_shared: { chat_id: -7, title: 'Crew', username: 'crew' } },
    { attachments: [{ type: 'share', url: 'https://t.me/crew', title: 'Crew' }] },
  ],
  [
    'a poll',
    { poll: { question: 'Which?', options: [{ text: 'A' }, { text: 'B' }] } },
    { text: 'Which?', attachments: [{ type: 'poll', poll: { question: 'Which?', options: ['A', 'B'] } }] },
  ],
  [
    'a story of a public account',
    { story: { chat: { id: 1, title: 'Diary', username: 'diary' }, id: 4 } },
    { attachments: [{ type: 'share', url: 'https://t.me/diary/s/4', title: 'Diary' }] },
  ],
  [
    'data of a web app',
    { web_app_data: { data: '{"size":"M"}', button_text: 'Size' } },
    { text: 'Size', choice: { title: 'Size', payload: '{"size":"M"}' } },
  ],
  [
    'a link behind a word',
    { text: 'here 🙂', entities: [link('https://example.org/x'), link('tg://user?id=1')] },
    { text: 'here 🙂', attachments: [{ type: 'link', url: 'https://example.org/x', title: 'here' }] },
  ],
  [
    'an answer to some words',
    { text: 'these', reply_to_message: { message_id: 8 }, quote: { text: 'two words', position: 3 } },
    { text: 'these', replyTo: '5:8', quote: 'two words' },
  ],
  [
    'an answer to something in a channel',
    {
      text: 'this',
      external_reply: { origin: { type: 'channel' }, chat: { title: 'Diary', username: 'diary' }, message_id: 6 },
      quote: { text: 'opening late' },
    },
    {
      text: 'this',
      quote: 'opening late',
      attachments: [{ type: 'share', url: 'https://t.me/diary/6', title: 'Diary' }],
    },
  ],
  [
    'an answer to what a hidden person said',
    { text: 'this', external_reply: { origin: { type: 'hidden_user', sender_user_name: 'Bo' } } },
    { text: 'this', attachments: [{ type: 'share', title: 'Bo' }] },
  ],
  [
    'an answer to a story',
    { text: 'wow', reply_to_story: { chat: { id: 1 }, id: 4 } },
    { text: 'wow', attachments: [{ type: 'share', title: 'Story' }] },
  ],
  ['what was forwarded', { text: 'hi', forward_origin: { type: 'hidden_user' } }, { text: 'hi' }],
  ['a text with something new about it', { text: 'hi', brand_new: { on: true } }, { text: 'hi' }],
])('%s is shown', (_, change, content) => {
  const event = convert(aMessage({ text: undefined, ...change }));
  expect(event).toMatchObject({ kind: 'message' });
  expect(event.kind === 'message' && event.content).toEqual(content);
});

test.each<[string, object, string | undefined, string, number]>([
  ['content nobody knows', { hologram: { depth: 3 } }, undefined, 'hologram', 1],
  ['content nobody knows, with a caption', { hologram: {}, caption: 'look' }, 'look', 'hologram', 1],
  ['a story nobody may see', { story: { chat: { id: 1 }, id: 4 } }, undefined, 'story', 1],
  ['a place off the globe', { location: { latitude: 91, longitude: 0 } }, undefined, 'location', 1],
  ['a file without an id', { document: { file_name: 'a' } }, undefined, 'document', 1],
  ['a game', { game: { title: 'Snake', description: 'Eat' } }, 'Snake\nEat', 'game', 1],
  ['an invoice', { invoice: { title: 'Lamp', description: 'Felt' } }, 'Lamp\nFelt', 'invoice', 1],
  ['a checklist', { checklist: { title: 'Buy', tasks: [{ text: 'felt' }] } }, 'Buy\nfelt', 'checklist', 1],
  [
    'a formatted document',
    {
      rich_message: {
        blocks: [
          { type: 'h', text: 'One' },
          { type: 'p', text: [{ b: 1, text: 'two' }, 'three'] },
        ],
      },
    },
    'One\ntwo\nthree',
    'rich_message',
    1,
  ],
  ['a payment', { successful_payment: { total_amount: 5 } }, undefined, 'successful_payment', 1],
  ['nothing at all', {}, undefined, 'message', 0],
])('%s: one placeholder, with the text there is', (_, content, text, kind, attachments) => {
  const event = convert(aMessage({ text: undefined, ...content }));
  expect(event).toMatchObject({ kind: 'message', content: { unsupported: { kind }, ...(text && { text }) } });
  if (event.kind !== 'message') throw new Error('no message');
  expect(event.content.text).toBe(text);
  expect(event.content.attachments ?? []).toEqual(Array.from({ length: attachments }, () => ({ type: 'unsupported' })));
});

test('an edit is the whole message as it is now', () => {
  const event = convert({
    update_id: 3,
    edited_message: {
      message_id: 9,
      from: { id: 5, first_name: 'Ann' },
      chat: { id: 5, type: 'private' },
      date: 1791777434,
      edit_date: 1791777500,
      photo: [file],
      caption: 'better',
    },
  });
  const content = { text: 'better', attachments: [{ type: 'image', ...reference }] };
  expect(event).toMatchObject({ kind: 'edit', target: '5:9', at: new Date(1791777500_000), content });
});

test('edits are ordered by their second, within it by update, whatever numbers updates start from', () => {
  const edited = (id: number, date: number): number => {
    const wire = { message_id: 9, from: { id: 5 }, chat: { id: 5 }, text: 'x', edit_date: date };
    const event = convert({ update_id: id, edited_message: wire });
    return event.kind === 'edit' ? event.rank : -1;
  };
  const ranks = [edited(900, 1791777499), edited(7, 1791777500), edited(8, 1791777500), edited(1, 1791777501)];
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(new Set(ranks).size).toBe(4);
  expect(Number.isSafeInteger(edited(2 ** 40 - 1, 4102444799))).toBe(true);
});

const reacting = (change: object): InboundEvent =>
  convert({
    update_id: 4,
    message_reaction: {
      chat: { id: 5, type: 'private' },
      message_id: 9,
      user: { id: 5, first_name: 'Ann' },
      date: 1791777500,
      new_reaction: [],
      ...change,
    },
  });

test.each<[string, object[], string[]]>([
  ['none any more', [], []],
  [
    'several',
    [
      { type: 'emoji', emoji: '👍' },
      { type: 'emoji', emoji: '🔥' },
    ],
    ['👍', '🔥'],
  ],
  [
    'without characters',
    [{ type: 'custom_emoji', custom_emoji_id: '1' }, { type: 'custom_emoji', custom_emoji_id: '2' }, { type: 'paid' }],
    ['[custom emoji]', '⭐'],
  ],
  ['of a new kind', [{ type: 'hologram' }], ['[reaction]']],
])('reactions: %s', (_, list, emojis) => {
  expect(reacting({ new_reaction: list })).toMatchObject({ kind: 'reaction', target: '5:9', by: ann, emojis });
});

test('reactions in groups and of nobody are ignored', () => {
  expect(reacting({ chat: { id: -7, type: 'group' } })).toMatchObject({ kind: 'ignored', reason: 'group' });
  expect(reacting({ user: undefined, actor_chat: { id: 5 } })).toMatchObject({ kind: 'ignored', reason: 'anonymous' });
});

test.each([
  ['member', 5, { kind: 'notice', what: 'unblocked', person: ann, at: new Date(1791777500_000) }],
  ['kicked', -7, { kind: 'ignored', reason: 'group' }],
  ['restricted', 5, { kind: 'ignored', reason: 'my_chat_member' }],
])('the bot becoming %s in chat %s', (status, chat, event) => {
  const from = { id: 5, first_name: 'Ann' };
  const my_chat_member = { chat: { id: chat }, from, date: 1791777500, new_chat_member: { status } };
  expect(convert({ update_id: 5, my_chat_member })).toMatchObject(event);
});

test('the same message under another update id is the same event', () => {
  expect(convert(aMessage({}, 1)).key).toBe(convert(aMessage({}, 99)).key);
});

test('two edits of one second, two equal reactions are different events; a repetition is the same', () => {
  const edit = (id: number): object => ({
    update_id: id,
    edited_message: { message_id: 9, from: { id: 5 }, chat: { id: 5 }, edit_date: 7 },
  });
  const reaction = (id: number): object => ({
    update_id: id,
    message_reaction: { chat: { id: 5 }, user: { id: 5 }, message_id: 9, date: 7, new_reaction: [] },
  });
  for (const update of [edit, reaction]) {
    expect(convert(update(1)).key).not.toBe(convert(update(2)).key);
    expect(convert(update(1)).key).toBe(convert(update(1)).key);
  }
});

test('people whose ids differ beyond 2^53 are different people', () => {
  const from = (id: string): string =>
    JSON.stringify(aMessage({ chat: { id: '@', type: 'private' } })).replace('"@"', id);
  expect(convert(from('9007199254740993'))).toMatchObject({ sender: { externalId: '9007199254740993' } });
});

test('an absurd date is no date; names and texts are cleaned', () => {
  const event = convert(
    aMessage({ date: 9e15, text: 'a\0b\ud800', from: { id: 5, first_name: '\0', username: 'ann' } }),
  );
  expect(event).toMatchObject({ content: { text: 'ab\ufffd' }, sender: { name: 'ann' } });
  expect(event).not.toHaveProperty('sentAt');
});

test.each([
  ['a callback of an inline message', { id: '1', from: { id: 5 }, inline_message_id: 'x' }, 'inline_callback'],
  ['a callback in a group', { id: '1', from: { id: 5 }, message: { chat: { id: -7 } }, data: 'x' }, 'group'],
  ['a game', { id: '1', from: { id: 5 }, message: { chat: { id: 5 } }, game_short_name: 'x' }, 'game'],
])('%s is ignored', (_, callback, reason) => {
  expect(convert({ update_id: 1, callback_query: callback })).toMatchObject({ kind: 'ignored', reason });
});

test('a button of a message that is no longer accessible shows its data', () => {
  const message = { chat: { id: 5 }, message_id: 3, date: 0 };
  const event = convert({ update_id: 1, callback_query: { id: '1', from: { id: 5 }, message, data: 'f:felt' } });
  const choice = { title: 'f:felt', payload: 'f:felt' };
  expect(event).toMatchObject({ content: { text: 'f:felt', choice, replyTo: '5:3' }, acknowledge: '1' });
});
