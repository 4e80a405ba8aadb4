import type { InboundEvent, MessageContent } from '#messenger-kit';
import { sample } from '../../../messenger-kit/testing.js';
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

const image = (size: number, reference: string): object => ({ type: 'image', size, reference });

test.each<[string, string, string | undefined, MessageContent]>([
  ['text', '417', '14', { text: 'Вітаю! Чи є абажури S?' }],
  ['text.wire', '418', '15', { text: 'Гаразд 🙂 https://example.org' }],
  ['start-with-payload', '419', '16', { text: '/start mural_17', referral: { ref: 'mural_17', source: 'deep_link' } }],
  ['reply', '429', '26', { text: 'felt', replyTo: `${IRYNA}:76` }],
])('%s is a message', (name, id, second, content) => {
  expect(convert(sample(fixtures, name))).toEqual({
    kind: 'message',
    source: BOT,
    key: `message:${IRYNA}:${id}`,
    sender: { scope: '', externalId: IRYNA, name: 'Iryna Lys' },
    externalId: `${IRYNA}:${id}`,
    sentAt: new Date(`2026-10-12T03:57:${second}Z`),
    sentWithinMs: 1_000,
    content,
  });
});

test.each([
  ['album-1', 'photo', 'both sides', image(21400, 'AgACvmk3')],
  ['album-2', 'photo', undefined, image(21400, 'AgACxny4')],
  ['photo-with-caption', 'photo', 'Any more?', image(152300, 'AgACngc_q')],
  [
    'document',
    'document',
    undefined,
    { type: 'file', name: 'договір.pdf', mimeType: 'application/pdf', size: 31874, reference: 'BQACwrn' },
  ],
  ['voice', 'voice', undefined, { type: 'audio', mimeType: 'audio/ogg', size: 8412, reference: 'AwACthd' }],
  [
    'video-too-big',
    'video',
    '64 MB',
    { type: 'video', name: 'way.mp4', mimeType: 'video/mp4', size: 67108864, reference: 'BAACrgkykg' },
  ],
  ['sticker', 'sticker', undefined, { type: 'sticker', size: 29800, reference: 'CAACqcw' }],
  ['location', 'location', undefined, { type: 'location' }],
  ['contact', 'contact', undefined, { type: 'contact', name: 'Iryna' }],
  ['unsupported-dice', 'dice', '🎳', { type: 'unsupported' }],
])('%s is a message with what cannot be shown yet named', (name, kind, text, attachment) => {
  const content = { ...(text && { text }), attachments: [attachment], unsupported: { kind } };
  expect(convert(sample(fixtures, name))).toMatchObject({ kind: 'message', content });
});

test('a pressed button is a message with the label as text; it has no time of its own', () => {
  expect(convert(sample(fixtures, 'callback-query'))).toEqual({
    kind: 'message',
    source: BOT,
    key: 'callback:2938175046620193847',
    sender: { scope: '', externalId: IRYNA, name: 'Iryna Lys' },
    externalId: 'callback:2938175046620193847',
    content: { text: 'Felt', choice: { title: 'Felt', payload: 'f:felt' }, replyTo: `${IRYNA}:77` },
  });
});

test.each([
  ['business-message', 'business'],
  ['channel-post', 'channel_post'],
  ['edited-message', 'edit'],
  ['group-message', 'group'],
  ['message-reaction', 'reaction'],
  ['my-chat-member-kicked', 'my_chat_member'],
])('%s is ignored: %s', (name, reason) => {
  expect(convert(sample(fixtures, name))).toMatchObject({ kind: 'ignored', source: BOT, reason });
});

test.each<[string, object, string]>([
  ['a service message', { text: undefined, pinned_message: {} }, 'service_message'],
  ['a video chat', { text: undefined, video_chat_started: {} }, 'service_message'],
  ['a bot', { from: { id: 5, is_bot: true } }, 'bot'],
  ['nobody', { from: undefined }, 'no_sender'],
  ['an ephemeral message', { message_id: 0 }, 'ephemeral'],
  ['Telegram itself', { chat: { id: 777000, type: 'private' } }, 'service_account'],
])('%s is no customer writing', (_, change, reason) => {
  expect(convert(aMessage(change))).toMatchObject({ kind: 'ignored', reason });
});

test.each<[string, object, string, number]>([
  ['an animation and its document twin', { animation: { file_id: 'a' }, document: { file_id: 'a' } }, 'animation', 1],
  ['a venue and its location twin', { location: { latitude: 1 }, venue: { title: 'Shop' } }, 'venue', 1],
  ['a live photo and its photo', { photo: [{ file_id: 'p' }], live_photo: { file_id: 'l' } }, 'live_photo', 1],
  ['content nobody knows', { hologram: { depth: 3 } }, 'hologram', 1],
  ['nothing at all', {}, 'message', 0],
])('%s: one placeholder', (_, content, kind, attachments) => {
  const event = convert(aMessage({ text: undefined, ...content }));
  expect(event).toMatchObject({ kind: 'message', content: { unsupported: { kind } } });
  expect(event.kind === 'message' ? (event.content.attachments ?? []).length : 'none').toBe(attachments);
});

test('the same message under another update id is the same event', () => {
  expect(convert(aMessage({}, 1)).key).toBe(convert(aMessage({}, 99)).key);
});

test('two edits of one second, two equal reactions are different events; a repetition is the same', () => {
  const edit = (id: number): object => ({
    update_id: id,
    edited_message: { message_id: 9, chat: { id: 5 }, edit_date: 7 },
  });
  const reaction = (id: number): object => ({
    update_id: id,
    message_reaction: { chat: { id: 5 }, message_id: 9, date: 7 },
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
  expect(event).toMatchObject({ content: { text: 'f:felt', choice: { title: 'f:felt', payload: 'f:felt' } } });
});
