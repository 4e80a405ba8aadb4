import { startSimulator, type Simulator } from '../simulator.js';
import { call } from '../testing/connected.js';
import { aDocument, aPicture, PNG } from '../testing/samples.js';
import type { SentEvent } from '../ledger.js';

let sim: Simulator;

beforeEach(async () => {
  sim = await startSimulator();
});

afterEach(() => sim.stop());

type Wire = Record<string, unknown> & { message_id: number };

function aBotWithAContact() {
  const bot = sim.createBot();
  const who = { messenger: 'telegram', account: bot.id, person: 'Iryna Lys' } as const;
  sim.acquaint(who);
  const chat_id = Number(sim.personId(who));
  const api = (method: string, parameters: object) =>
    call(sim, `/bot${bot.token}/${method}`, { chat_id, ...parameters });
  const send = async (parameters: object) => (await api('sendMessage', parameters)).body.result as Wire;
  return { bot, who, chat_id, api, send };
}

const update = (event: SentEvent | undefined) => JSON.parse(event?.body ?? '{}') as Record<string, Wire>;
const messageOf = (event: SentEvent) => update(event).message!;

test.each([
  ['image', { photo: [{ width: 1 }, { width: 1, height: 1, file_size: PNG.length }] }],
  ['video', { video: { duration: 3, file_name: 'a.bin' } }],
  ['audio', { audio: { duration: 3, file_name: 'a.bin' } }],
  ['voice', { voice: { duration: 3, mime_type: 'x/y' } }],
  ['round', { video_note: { length: 240 } }],
  ['sticker', { sticker: { type: 'regular', emoji: '🔥' } }],
  ['file', { document: { file_name: 'a.bin', mime_type: 'x/y' } }],
  ['animation', { animation: { file_name: 'a.bin' }, document: { file_name: 'a.bin' } }],
] as const)('a customer sends %s', (kind, content) => {
  const { who } = aBotWithAContact();
  const event = sim.customerSendsFile({ ...who, kind, name: 'a.bin', type: 'x/y', bytes: PNG, caption: 'look' });
  expect(messageOf(event)).toMatchObject({ ...content, caption: 'look', from: { first_name: 'Iryna' } });
});

test('what a customer sent comes down by its file id, for this bot only', async () => {
  const { bot, who, api } = aBotWithAContact();
  const { document } = messageOf(sim.customerSendsFile({ ...who, ...aDocument })) as unknown as {
    document: { file_id: string };
  };
  const { body } = await api('getFile', { file_id: document.file_id });
  const { file_path, file_size } = body.result as { file_path: string; file_size: number };
  expect(file_size).toBe(aDocument.bytes.length);
  expect(file_path).toMatch(/^documents\/file_\d+\.pdf$/);
  const address = `${sim.url}/file/bot${bot.token}/${file_path}`;
  const file = await fetch(address);
  expect([file.headers.get('content-type'), Buffer.from(await file.arrayBuffer())]).toEqual([
    'application/octet-stream',
    aDocument.bytes,
  ]);
  const other = sim.createBot();
  expect((await call(sim, `/bot${other.token}/getFile?file_id=${document.file_id}`)).status).toBe(400);
  expect((await fetch(address.replace(bot.token, other.token))).status).toBe(404);
  expect(sim.ledger.calls.filter(({ method }) => method === 'file')).toMatchObject([
    { status: 200, answer: '15 bytes application/octet-stream' },
    { status: 404 },
  ]);
});

test('a file above 20 MB is told of, and cannot be had', async () => {
  const { who, api } = aBotWithAContact();
  const event = sim.customerSendsFile({ ...who, ...aDocument, kind: 'video', size: 67_108_864 });
  const { video } = messageOf(event) as unknown as { video: { file_id: string; file_size: number } };
  expect(video.file_size).toBe(67_108_864);
  expect(await api('getFile', { file_id: video.file_id })).toMatchObject({
    status: 400,
    body: { description: 'Bad Request: file is too big' },
  });
});

test('an album is as many messages, of one group, the caption on the first', () => {
  const { who } = aBotWithAContact();
  const events = sim.customerSendsAlbum({ ...who, files: [aPicture, aPicture], caption: 'both sides' });
  const [first, second] = events.map(messageOf);
  expect(first).toMatchObject({ caption: 'both sides', media_group_id: expect.any(String) as string });
  expect(second).toMatchObject({ media_group_id: first?.media_group_id, message_id: first!.message_id + 1 });
  expect(second).not.toHaveProperty('caption');
});

test('locations, venues, contacts, and whatever else there is', () => {
  const { who, chat_id } = aBotWithAContact();
  const place = { latitude: 49.8391, longitude: 24.0304 };
  expect(messageOf(sim.customerSendsLocation({ ...who, ...place }))).toMatchObject({ location: place });
  expect(messageOf(sim.customerSendsLocation({ ...who, ...place, title: 'Shop' }))).toMatchObject({
    venue: { location: place, title: 'Shop' },
    location: place,
  });
  const contact = { ...who, name: 'Iryna Lys', phone: '+380390052846', own: true };
  expect(messageOf(sim.customerSendsContact(contact))).toMatchObject({
    contact: { phone_number: '+380390052846', first_name: 'Iryna', last_name: 'Lys', user_id: chat_id },
  });
  const dice = { dice: { emoji: '🎳', value: 5 } };
  expect(messageOf(sim.customerSends({ ...who, content: dice }))).toMatchObject(dice);
  expect(messageOf(sim.customerStarts({ ...who, ref: 'mural_17' }))).toMatchObject({
    text: '/start mural_17',
    entities: [{ type: 'bot_command', offset: 0, length: 6 }],
  });
});

test('a reply carries the whole quoted message, but for what that one quotes', async () => {
  const { who, send } = aBotWithAContact();
  const asked = messageOf(sim.customerWrites({ ...who, text: 'Any felt?' }));
  const answered = await send({ text: 'Which?', reply_parameters: { message_id: asked.message_id } });
  expect(answered.reply_to_message).toMatchObject({ message_id: asked.message_id, text: 'Any felt?' });
  const reply = messageOf(sim.customerWrites({ ...who, text: 'felt', replyTo: String(answered.message_id) }));
  expect(reply.reply_to_message).toMatchObject({ text: 'Which?', from: { is_bot: true } });
  expect(reply.reply_to_message).not.toHaveProperty('reply_to_message');
});

test('an edit is the whole message again, with its date', () => {
  const { who } = aBotWithAContact();
  const before = messageOf(sim.customerWrites({ ...who, text: 'S?' }));
  const { edited_message: after } = update(sim.customerEdits({ ...who, text: 'M?', at: 1_791_777_633_000 }));
  expect(after).toEqual({ ...before, text: 'M?', edit_date: 1_791_777_633 });
  expect(sim.conversation(who)).toMatchObject([{ text: 'M?', edits: 1 }]);
});

test('a deletion is told to nobody', () => {
  const { who } = aBotWithAContact();
  sim.customerWrites({ ...who, text: 'oops' });
  expect(sim.customerDeletes(who)).toBeUndefined();
  expect(sim.ledger.events).toHaveLength(1);
  expect(sim.conversation(who)).toMatchObject([{ text: undefined, deletedAt: expect.any(Number) as number }]);
});

test('a reaction tells what was there and what is there now', async () => {
  const { bot, who, api, send } = aBotWithAContact();
  await api('setWebhook', { url: 'http://127.0.0.1:9/', allowed_updates: ['message_reaction'] });
  await api('deleteWebhook', {});
  const { message_id } = await send({ text: 'Done.' });
  const first = sim.customerReacts({ ...who, emojis: ['🔥'] });
  const gone = sim.customerReacts({ ...who, messageId: String(message_id), emojis: [] });
  const fire = [{ type: 'emoji', emoji: '🔥' }];
  expect(update(first).message_reaction).toMatchObject({ message_id, old_reaction: [], new_reaction: fire });
  expect(update(gone).message_reaction).toMatchObject({ old_reaction: fire, new_reaction: [] });
  expect([first.state, first.account, first.messageId]).toEqual(['pending', bot.id, String(message_id)]);
});

test('a pressed button shows the whole message, and spins until it is answered', async () => {
  const { who, api, send } = aBotWithAContact();
  const row = [
    { text: 'Felt', callback_data: 'f:felt' },
    { text: 'Site', url: 'https://example.com' },
  ];
  const sent = await send({ text: 'Which?', reply_markup: { inline_keyboard: [row] } });
  const { callback_query } = update(sim.customerPresses({ ...who, title: 'Felt', payload: 'f:felt' }));
  expect(callback_query).toMatchObject({ data: 'f:felt', message: sent });
  const press = () => sim.conversation(who)[0]?.press;
  expect(press()).not.toHaveProperty('answeredAt');
  const callback_query_id = (callback_query as unknown as { id: string }).id;
  expect((await api('answerCallbackQuery', { callback_query_id, text: 'x'.repeat(201) })).status).toBe(400);
  expect((await api('answerCallbackQuery', { callback_query_id, text: 'Noted' })).status).toBe(200);
  expect(press()).toMatchObject({ answeredAt: expect.any(Number) as number, notice: 'Noted' });
});

test('a button of a reply keyboard comes back as an ordinary message', async () => {
  const { who, send } = aBotWithAContact();
  await send({ text: 'Which?', reply_markup: { keyboard: [['Oak', { text: 'Ash' }]] } });
  expect(messageOf(sim.customerPresses({ ...who, title: 'Ash', payload: 'Ash' }))).toMatchObject({ text: 'Ash' });
});

test('who blocks and unblocks the bot is told of', async () => {
  const { who, api } = aBotWithAContact();
  const blocked = update(sim.customerBlocks(who)).my_chat_member;
  expect(blocked).toMatchObject({ old_chat_member: { status: 'member' }, new_chat_member: { status: 'kicked' } });
  expect(sim.phone(who).blocked).toBe(true);
  expect((await api('sendMessage', { text: 'hi' })).status).toBe(403);
  const back = update(sim.customerUnblocks(who)).my_chat_member;
  expect(back).toMatchObject({ old_chat_member: { status: 'kicked' }, new_chat_member: { status: 'member' } });
  expect((await api('sendMessage', { text: 'hi' })).status).toBe(200);
});
