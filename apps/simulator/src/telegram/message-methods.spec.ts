import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulator, type Simulator } from '../simulator.js';
import { call } from '../testing/connected.js';
import { aPicture, PNG } from '../testing/samples.js';

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
  const upload = async (method: string, fields: Record<string, string | Blob>, name = 'file.bin') => {
    const form = new FormData();
    form.set('chat_id', String(chat_id));
    for (const [field, value] of Object.entries(fields)) {
      if (typeof value === 'string') form.set(field, value);
      else form.set(field, value, name);
    }
    const response = await fetch(`${sim.url}/bot${bot.token}/${method}`, { method: 'POST', body: form });
    return { status: response.status, body: (await response.json()) as { result: Wire; description?: string } };
  };
  return { bot, who, chat_id, api, upload };
}

const blob = (bytes: Buffer, type: string) => new Blob([new Uint8Array(bytes)], { type });
const bytesOf = (size: number) => Buffer.alloc(size, 7);
const refused = (description: string, status = 400) => ({ status, body: { description } });

test.each([
  ['sendPhoto', 'photo', 'image/png', 'photo'],
  ['sendVideo', 'video', 'video/mp4', 'video'],
  ['sendAnimation', 'animation', 'image/gif', 'animation'],
  ['sendAudio', 'audio', 'audio/mpeg', 'audio'],
  ['sendVoice', 'voice', 'audio/ogg', 'voice'],
  ['sendVoice', 'voice', 'application/pdf', 'document'],
  ['sendDocument', 'document', 'application/pdf', 'document'],
])('%s with an upload as %s, %s, makes a message with %s', async (method, field, type, member) => {
  const { who, upload } = aBotWithAContact();
  const { body } = await upload(method, { [field]: blob(PNG, type), caption: 'see' }, 'ä name.bin');
  expect(body.result).toMatchObject({ [member]: expect.anything() as unknown, caption: 'see' });
  expect(sim.conversation(who)).toMatchObject([{ text: 'see', files: [{ name: 'ä name.bin', type }] }]);
  expect(sim.ledger.calls[0]).toMatchObject({ text: 'see', files: [{ field, name: 'ä name.bin', size: PNG.length }] });
});

test('a file goes again by its id, as what it is, by the bot that knows it', async () => {
  const { who, api } = aBotWithAContact();
  const event = sim.customerSendsFile({ ...who, ...aPicture });
  const { message } = JSON.parse(event.body) as { message: { photo: { file_id: string }[] } };
  const photo = message.photo.at(-1)!.file_id;
  expect((await api('sendPhoto', { photo })).status).toBe(200);
  expect(await api('sendDocument', { document: photo })).toMatchObject(
    refused("Bad Request: can't use file of type Photo as Document"),
  );
  const other = sim.createBot();
  sim.acquaint({ ...who, account: other.id });
  const stolen = await call(sim, `/bot${other.token}/sendPhoto`, { chat_id: Number(sim.personId(who)), photo });
  expect(stolen.body.description).toContain('Wrong file identifier/HTTP URL specified');
});

test.each<[string, string, Record<string, string | Blob>, string, number?]>([
  ['nothing', 'sendPhoto', {}, 'Bad Request: there is no photo in the request'],
  ['an empty file', 'sendDocument', { document: blob(Buffer.alloc(0), 'x/y') }, 'Bad Request: file must be non-empty'],
  ['no picture', 'sendPhoto', { photo: blob(bytesOf(90), 'image/png') }, 'Bad Request: IMAGE_PROCESS_FAILED'],
  ['10 MB of picture', 'sendPhoto', { photo: blob(bytesOf(10_485_761), 'image/png') }, 'Bad Request: file is too big'],
  [
    'a long caption',
    'sendPhoto',
    { photo: blob(PNG, 'x/y'), caption: 'x'.repeat(1_025) },
    'Bad Request: message caption is too long',
  ],
  ['51 MB', 'sendDocument', { document: blob(bytesOf(52_428_801), 'x/y') }, 'Request Entity Too Large', 413],
])('%s cannot be sent', async (_, method, fields, description, status = 400) => {
  const { who, upload } = aBotWithAContact();
  expect(await upload(method, fields)).toMatchObject(refused(description, status));
  expect(sim.conversation(who)).toEqual([]);
});

test('a picture that is too long or too thin', async () => {
  const { upload } = aBotWithAContact();
  const sized = (width: number, height: number) => {
    const bytes = Buffer.from(PNG);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return { photo: blob(bytes, 'image/png') };
  };
  const wrong = refused('Bad Request: PHOTO_INVALID_DIMENSIONS');
  expect(await upload('sendPhoto', sized(9_000, 1_001))).toMatchObject(wrong);
  expect(await upload('sendPhoto', sized(2_100, 100))).toMatchObject(wrong);
  expect((await upload('sendPhoto', sized(2_000, 100))).status).toBe(200);
});

describe('by address', () => {
  let host: Server;
  let type = 'image/png';
  beforeEach(async () => {
    host = createServer((_, response) => response.writeHead(200, { 'content-type': type }).end(PNG));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => host.close(resolve)));
  const address = () => `http://127.0.0.1:${(host.address() as AddressInfo).port}/a/lamp.png`;

  test('what lies there is sent; the wrong type, a dead address and the outside are not', async () => {
    const { api } = aBotWithAContact();
    type = 'image/png';
    expect((await api('sendPhoto', { photo: address() })).status).toBe(200);
    const wrong = refused('Bad Request: wrong type of the web page content');
    expect(await api('sendDocument', { document: address() })).toMatchObject(wrong);
    type = 'text/html';
    expect(await api('sendPhoto', { photo: address() })).toMatchObject(wrong);
    const failed = refused('Bad Request: failed to get HTTP URL content');
    expect(await api('sendPhoto', { photo: 'http://127.0.0.1:9/x.png' })).toMatchObject(failed);
    expect(await api('sendPhoto', { photo: 'https://example.com/x.png' })).toMatchObject(failed);
  });
});

test('an album goes up in one call and is several messages', async () => {
  const { who, upload } = aBotWithAContact();
  const media = JSON.stringify([
    { type: 'photo', media: 'attach://one', caption: 'both' },
    { type: 'photo', media: 'attach://two' },
  ]);
  const { body } = await upload('sendMediaGroup', { media, one: blob(PNG, 'image/png'), two: blob(PNG, 'image/png') });
  const [first, second] = body.result as unknown as Wire[];
  expect(first).toMatchObject({ caption: 'both', media_group_id: second?.media_group_id });
  expect(sim.conversation(who).map(({ id }) => Number(id))).toEqual([first?.message_id, second?.message_id]);
  expect(sim.ledger.calls[0]).toMatchObject({ method: 'sendMediaGroup', text: 'both' });
});

test.each<[string, object[], string]>([
  ['one', [{ type: 'photo' }], 'too few messages to send as an album'],
  ['eleven', Array.from({ length: 11 }, () => ({ type: 'photo' })), 'too many messages to send as an album'],
  ['a mixture', [{ type: 'photo' }, { type: 'document' }], "document can't be mixed with other media types"],
  ['something else', [{ type: 'sticker' }, { type: 'sticker' }], "can't parse InputMedia"],
  ['no content', [{ type: 'photo' }, { type: 'photo' }], 'there is no media in the request'],
])('an album of %s is refused', async (_, media, description) => {
  const { api, who } = aBotWithAContact();
  const answer = await api('sendMediaGroup', { media });
  expect(answer.status).toBe(400);
  expect(answer.body.description).toContain(description);
  expect(sim.conversation(who)).toEqual([]);
});

test('what the bot wrote can be edited: text, caption, buttons', async () => {
  const { who, api, upload } = aBotWithAContact();
  const reply_markup = { inline_keyboard: [[{ text: 'A', callback_data: 'a' }]] };
  const { body } = await api('sendMessage', { text: 'before', reply_markup });
  const { message_id } = body.result as Wire;
  const unchanged = await api('editMessageText', { message_id, text: 'before', reply_markup });
  expect(unchanged.body.description).toContain('message is not modified');
  const { result } = (await api('editMessageText', { message_id, text: 'after' })).body as { result: Wire };
  expect(result).toMatchObject({ message_id, text: 'after', edit_date: expect.any(Number) as number });
  expect(result).not.toHaveProperty('reply_markup');
  expect(sim.conversation(who)).toMatchObject([{ text: 'after', edits: 1, buttons: undefined }]);
  expect((await api('editMessageReplyMarkup', { message_id, reply_markup })).status).toBe(200);
  const photo = (await upload('sendPhoto', { photo: blob(PNG, 'image/png') })).body.result.message_id;
  expect((await api('editMessageCaption', { message_id: photo, caption: 'new' })).body.result).toMatchObject({
    caption: 'new',
  });
  expect(await api('editMessageText', { message_id: photo, text: 'x' })).toMatchObject(
    refused('Bad Request: there is no text in the message to edit'),
  );
});

test.each<[string, object, string]>([
  ['editMessageText', { text: 'x', message_id: 1 }, 'message to edit not found'],
  ['editMessageText', { text: 'x' }, 'message identifier is not specified'],
  ['deleteMessage', { message_id: 1 }, 'message to delete not found'],
  ['setMessageReaction', { message_id: 1, reaction: [] }, 'message to react not found'],
  ['sendChatAction', { action: 'dance' }, 'wrong parameter action in request'],
])('%s of nothing: %j', async (method, parameters, description) => {
  const { api } = aBotWithAContact();
  expect(await api(method, parameters)).toMatchObject(refused(`Bad Request: ${description}`));
});

test('what a customer wrote cannot be edited, but deleted, within 48 hours', async () => {
  const { who, api } = aBotWithAContact();
  const young = sim.customerWrites({ ...who, text: 'young' }).messageId;
  const old = sim.customerWrites({ ...who, text: 'old', at: Date.now() - 49 * 3_600_000 }).messageId;
  expect(await api('editMessageText', { message_id: young, text: 'x' })).toMatchObject(
    refused("Bad Request: message can't be edited"),
  );
  expect((await api('deleteMessage', { message_id: young })).body.result).toBe(true);
  expect((await api('deleteMessage', { message_id: young })).status).toBe(400);
  expect(await api('deleteMessage', { message_id: old })).toMatchObject(
    refused("Bad Request: message can't be deleted for everyone"),
  );
  expect(sim.conversation(who).map(({ text }) => text)).toEqual([undefined, 'old']);
});

test('a bot has one reaction, of the emoji there are', async () => {
  const { who, api } = aBotWithAContact();
  const message_id = Number(sim.customerWrites({ ...who, text: 'thanks' }).messageId);
  const react = (...emojis: string[]) =>
    api('setMessageReaction', { message_id, reaction: emojis.map((emoji) => ({ type: 'emoji', emoji })) });
  const shown = () => sim.conversation(who)[0]?.reactions?.business;
  expect((await react('👍')).body.result).toBe(true);
  expect(shown()).toBe('👍');
  expect(await react('🐒')).toMatchObject(refused('Bad Request: REACTION_INVALID'));
  expect(await react('👍', '🔥')).toMatchObject(refused('Bad Request: REACTIONS_TOO_MANY'));
  expect((await react()).status).toBe(200);
  expect(shown()).toBeUndefined();
});

test('a keyboard has at most 8 in a row and 100 at all, and each button does something', async () => {
  const { api } = aBotWithAContact();
  const keyboard = (rows: object[][]) => api('sendMessage', { text: 'x', reply_markup: { inline_keyboard: rows } });
  const row = (count: number) => Array.from({ length: count }, (_, n) => ({ text: `${n}`, callback_data: `${n}` }));
  const tooLong = refused('Bad Request: reply markup is too long');
  expect(await keyboard([row(9)])).toMatchObject(tooLong);
  expect(await keyboard(Array.from({ length: 13 }, () => row(8)))).toMatchObject(tooLong);
  expect((await keyboard(Array.from({ length: 12 }, () => row(8)))).status).toBe(200);
  expect((await keyboard([[{ text: 'idle' }]])).status).toBe(400);
  expect((await keyboard([[{ text: 'bad', url: 'javascript:x' }]])).status).toBe(400);
});

test('typing shows until the message comes', async () => {
  const { who, api } = aBotWithAContact();
  expect(sim.phone(who).typing).toBe(false);
  await api('sendChatAction', { action: 'typing' });
  expect(sim.phone(who).typing).toBe(true);
  await api('sendMessage', { text: 'there' });
  expect(sim.phone(who).typing).toBe(false);
});
