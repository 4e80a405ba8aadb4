import { GuardedHttp, type Attachment, type MessageContent, type OutgoingFile, type SendVerdict } from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedAnswer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const account = { channelId: 'c1', messenger: 'telegram', source: '7193405826', credentials: { botToken: TOKEN } };
const made = (id: number): object => ({ message_id: id, chat: { id: 5 }, date: 1791234570 });
const ok = (result: unknown): ScriptedAnswer => ({ status: 200, body: JSON.stringify({ ok: true, result }) });
const refusal = (code: number, description: string, parameters?: object): ScriptedAnswer => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description, ...(parameters && { parameters }) }),
});
const SENT = { kind: 'sent', externalId: '5:433', sentAt: new Date(1791234570000) };
let network: ScriptedServer;
let http: GuardedHttp;
let telegram: TelegramMessenger;

beforeEach(async () => {
  network = await aScriptedServer(() => ok(made(433)));
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  telegram = new TelegramMessenger({ apiUrl: `${network.url}/` }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const context = () => ({
  account,
  recipient: { scope: '', externalId: '5' },
  human: true,
  signal: AbortSignal.timeout(2_000),
});

/** A file with its attachment, as an upload of an agent makes them. */
function aFile(change: Partial<Attachment> = {}, bytes = 'content'): { attachment: Attachment; file: OutgoingFile } {
  const attachment = {
    type: 'image',
    name: 'größe "1".png',
    mimeType: 'image/png',
    size: bytes.length,
    ...change,
  } as const;
  const { type, name, mimeType, size } = attachment;
  const link = `https://chat.example.com/${encodeURIComponent(name)}`;
  return { attachment, file: { type, name, mimeType, size, link, read: () => Promise.resolve(Buffer.from(bytes)) } };
}

function send(content: MessageContent, files: ReturnType<typeof aFile>[] = []): Promise<SendVerdict> {
  const attachments = files.map(({ attachment }) => attachment);
  return telegram.outcome.send(
    {
      id: 'id',
      content: { ...content, ...(files.length > 0 && { attachments }) },
      files: files.map(({ file }) => file),
    },
    context(),
  );
}

const methods = (): (string | undefined)[] => network.calls.map(({ url }) => url.split('/').at(-1));
const jsonOf = (index = 0): unknown => JSON.parse(network.calls[index]?.body ?? '');

/** The form of a call: texts as they are, files as name, type and content. */
async function formOf(index = 0): Promise<Record<string, unknown>> {
  const { body = '', headers } = network.calls[index] ?? {};
  const form = await new Response(body, { headers: { 'content-type': String(headers?.['content-type']) } }).formData();
  const fields: [string, unknown][] = [];
  for (const [name, value] of form.entries()) {
    fields.push([name, typeof value === 'string' ? value : [value.name, value.type, await value.text()]]);
  }
  return Object.fromEntries(fields);
}

test('what an agent writes is literal', async () => {
  expect(await send({ text: '*1 < 2* _a_' })).toEqual(SENT);
  expect(network.calls[0]).toMatchObject({ method: 'POST', url: `/bot${TOKEN}/sendMessage` });
  expect(jsonOf()).toEqual({ chat_id: 5, text: '*1 < 2* _a_' });
});

test.each([
  ['of this chat', '5:417', { message_id: 417, allow_sending_without_reply: true }],
  ['of another chat', '6:417', undefined],
  ['that was a pressed button', 'callback:2938175046620193847', undefined],
  ['with an odd id', '5:1e3', undefined],
])('an answer to a message %s', async (_, replyTo, parameters) => {
  await send({ text: 'yes', replyTo });
  expect(jsonOf()).toEqual({ chat_id: 5, text: 'yes', ...(parameters && { reply_parameters: parameters }) });
});

test('choices are buttons below the text, one in a row', async () => {
  await send({
    text: 'Which?',
    choices: [{ title: 'Felt', payload: 'f:felt' }, { title: 'Fur' }, { title: 'Site', url: 'https://example.com' }],
  });
  expect(jsonOf()).toMatchObject({
    reply_markup: {
      inline_keyboard: [
        [{ text: 'Felt', callback_data: 'f:felt' }],
        [{ text: 'Fur', callback_data: 'Fur' }],
        [{ text: 'Site', url: 'https://example.com' }],
      ],
    },
  });
});

test('a file goes as a form, with its caption, the answered message and buttons', async () => {
  const content = { text: 'Look', replyTo: '5:417', choices: [{ title: 'Yes' }] };
  expect(await send(content, [aFile()])).toEqual(SENT);
  expect(methods()).toEqual(['sendPhoto']);
  expect(await formOf()).toEqual({
    chat_id: '5',
    caption: 'Look',
    reply_parameters: '{"message_id":417,"allow_sending_without_reply":true}',
    reply_markup: '{"inline_keyboard":[[{"text":"Yes","callback_data":"Yes"}]]}',
    photo: ['größe "1".png', 'image/png', 'content'],
  });
});

test.each<[string, string, Partial<Attachment>]>([
  ['sendPhoto', 'photo', { type: 'image', mimeType: 'image/jpeg' }],
  ['sendDocument', 'document', { type: 'image', mimeType: 'image/svg+xml' }],
  ['sendDocument', 'document', { type: 'image', mimeType: 'image/jpeg', size: 10 * 1024 * 1024 + 1 }],
  ['sendAnimation', 'animation', { type: 'image', mimeType: 'image/gif' }],
  ['sendVideo', 'video', { type: 'video', mimeType: 'video/mp4' }],
  ['sendDocument', 'document', { type: 'video', mimeType: 'video/webm' }],
  ['sendAudio', 'audio', { type: 'audio', mimeType: 'audio/mpeg' }],
  ['sendVoice', 'voice', { type: 'audio', mimeType: 'audio/mpeg', form: 'voice' }],
  ['sendVoice', 'voice', { type: 'audio', mimeType: 'audio/ogg; codecs=opus' }],
  ['sendDocument', 'document', { type: 'audio', mimeType: 'audio/wav' }],
  ['sendDocument', 'document', { type: 'file', mimeType: 'application/pdf' }],
])('%s takes as %s: %j', async (method, field, change) => {
  expect(await send({}, [aFile(change)])).toEqual(SENT);
  expect(methods()).toEqual([method]);
  expect(Object.keys(await formOf())).toContain(field);
});

test('an album is one message with all its ids', async () => {
  network.script = () => ok([made(433), made(434)]);
  const files = [aFile(), aFile({ type: 'video', mimeType: 'video/mp4', name: 'b.mp4' }, 'moving')];
  expect(await send({ text: 'both sides' }, files)).toEqual({ ...SENT, externalIds: ['5:433', '5:434'] });
  expect(methods()).toEqual(['sendMediaGroup']);
  expect(await formOf()).toEqual({
    chat_id: '5',
    media: JSON.stringify([
      { type: 'photo', media: 'attach://file0', caption: 'both sides' },
      { type: 'video', media: 'attach://file1' },
    ]),
    file0: ['größe "1".png', 'image/png', 'content'],
    file1: ['b.mp4', 'video/mp4', 'moving'],
  });
});

test.each([
  ['Bad Request: PHOTO_INVALID_DIMENSIONS', { type: 'image' }, 'sendPhoto'],
  ['Bad Request: IMAGE_PROCESS_FAILED', { type: 'image' }, 'sendPhoto'],
  ['Bad Request: VOICE_MESSAGES_FORBIDDEN', { type: 'audio', mimeType: 'audio/ogg' }, 'sendVoice'],
] as const)('%s: the file goes once more, as a document', async (description, change, method) => {
  network.script = ({ url }) => (url.endsWith('sendDocument') ? ok(made(433)) : refusal(400, description));
  expect(await send({ text: 'Look' }, [aFile(change)])).toEqual(SENT);
  expect(methods()).toEqual([method, 'sendDocument']);
  expect(await formOf(1)).toMatchObject({ caption: 'Look', document: expect.anything() as unknown });
});

test('what is refused as a document too is refused', async () => {
  network.script = () => refusal(400, 'Bad Request: IMAGE_PROCESS_FAILED');
  expect(await send({}, [aFile()])).toMatchObject({ kind: 'rejected', class: 'permanent' });
  expect(methods()).toEqual(['sendPhoto', 'sendDocument']);
});

test('a group that became a supergroup is written to under its new id, once', async () => {
  const moved = refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
    migrate_to_chat_id: -1007,
  });
  network.script = ({ body }) => (body.includes('-1007') ? ok({ ...made(433), chat: { id: -1007 } }) : moved);
  expect(await send({ text: 'Hi' })).toMatchObject({ kind: 'sent', externalId: '-1007:433' });
  network.script = () => moved;
  expect(await send({ text: 'Hi' })).toMatchObject({ kind: 'rejected', class: 'permanent' });
  expect(network.calls).toHaveLength(4);
});

test('a file that is gone is not sent without', async () => {
  const { attachment } = aFile();
  const message = { id: 'id', content: { text: 'Look', attachments: [attachment] }, files: [] };
  expect(await telegram.outcome.send(message, context())).toMatchObject({ kind: 'rejected', code: 'file_missing' });
  expect(network.calls).toEqual([]);
});

test('nobody can tell what became of an upload that was cut off, and it is not sent again', async () => {
  network.script = (_, socket) => void socket.resetAndDestroy();
  expect(await send({}, [aFile()])).toMatchObject({ kind: 'unknown' });
  expect(network.calls).toHaveLength(1);
});

type Verdict = readonly [string, number, string, object];
const REAUTHORIZE = { class: 'reauthorize' };
const BLOCKED = { class: 'blocked' };
const PERMANENT = { class: 'permanent' };
const LATER = { class: 'retryAfter' };

test.each<Verdict>([
  ['chat not found', 400, 'Bad Request: chat not found', PERMANENT],
  ['moved without an id', 400, 'Bad Request: group chat was upgraded to a supergroup chat', PERMANENT],
  ['no message to answer', 400, 'Bad Request: message to be replied not found', PERMANENT],
  ['too long', 400, 'Bad Request: message is too long', PERMANENT],
  ['empty', 400, 'Bad Request: message text is empty', PERMANENT],
  ['entities', 400, "Bad Request: can't parse entities: at byte offset 3", PERMANENT],
  ['button data', 400, 'Bad Request: BUTTON_DATA_INVALID', PERMANENT],
  ['buttons', 400, 'Bad Request: reply markup is too long', PERMANENT],
  ['a file nobody knows', 400, 'Bad Request: wrong file identifier/HTTP URL specified', PERMANENT],
  ['content that cannot be fetched', 400, 'Bad Request: failed to get HTTP URL content', LATER],
  ['a file away', 400, 'Bad Request: wrong file_id or the file is temporarily unavailable', LATER],
  ['a file too big', 400, 'Bad Request: file is too big', PERMANENT],
  ['no rights', 400, 'Bad Request: not enough rights to send text messages to the chat', PERMANENT],
  ['restricted', 400, 'Bad Request: CHAT_RESTRICTED', PERMANENT],
  ['no writing', 400, 'Bad Request: CHAT_WRITE_FORBIDDEN', PERMANENT],
  ['an unknown person', 400, 'Bad Request: PEER_ID_INVALID', PERMANENT],
  ['another unknown person', 400, 'Bad Request: USER_ID_INVALID', PERMANENT],
  ['logged out', 400, 'Logged out', REAUTHORIZE],
  ['something new', 400, 'Bad Request: SOMETHING_NEW', PERMANENT],
  ['a revoked token', 401, 'Unauthorized', REAUTHORIZE],
  ['blocked', 403, 'Forbidden: bot was blocked by the user', BLOCKED],
  ['deactivated', 403, 'Forbidden: user is deactivated', BLOCKED],
  ['never started', 403, "Forbidden: bot can't initiate conversation with a user", PERMANENT],
  ['a bot', 403, "Forbidden: bot can't send messages to bots", PERMANENT],
  ['kicked', 403, 'Forbidden: bot was kicked from the group chat', PERMANENT],
  ['a malformed token', 404, 'Not Found', REAUTHORIZE],
  ['a conflict', 409, 'Conflict: terminated by other setWebhook', LATER],
  ['too large', 413, 'Request Entity Too Large', PERMANENT],
  ['too many', 429, 'Too Many Requests: retry after 9', LATER],
  ['trouble', 502, 'Bad Gateway', LATER],
])('refused: %s', async (_, code, description, verdict) => {
  network.script = () => refusal(code, description);
  const said = await send({ text: 'Hi' });
  expect(said).toMatchObject({ kind: 'rejected', code: String(code), ...verdict });
  expect(said).not.toHaveProperty('wholeChannel');
  expect(network.calls).toHaveLength(1);
});

test('the captured refusals', async () => {
  network.script = () => ({ status: 403, body: sample(fixtures, 'api-error-403-blocked') });
  expect(await send({ text: 'Hi' })).toEqual({
    kind: 'rejected',
    class: 'blocked',
    code: '403',
    sentence: 'The person has blocked the bot.',
  });
  network.script = () => ({ status: 429, body: sample(fixtures, 'api-error-429') });
  expect(await send({ text: 'Hi' })).toEqual({
    kind: 'rejected',
    class: 'retryAfter',
    code: '429',
    sentence: 'Telegram asks to send more slowly.',
    retryAfterMs: 9_000,
  });
});

const DONE = { kind: 'done' };

test('changing a text keeps the buttons it is given', async () => {
  const content = { text: 'Better', choices: [{ title: 'Yes' }] };
  expect(await telegram.outcome.edit('5:433', content, context())).toEqual(DONE);
  expect(methods()).toEqual(['editMessageText']);
  expect(jsonOf()).toEqual({
    chat_id: 5,
    message_id: 433,
    text: 'Better',
    reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'Yes' }]] },
  });
});

test('the text under a file is changed as a caption, also where only Telegram knows that there is a file', async () => {
  const content = { text: 'Better', attachments: [aFile().attachment] };
  expect(await telegram.outcome.edit('5:433', content, context())).toEqual(DONE);
  expect(jsonOf()).toEqual({ chat_id: 5, message_id: 433, caption: 'Better' });
  network.script = ({ url }) =>
    url.endsWith('Text') ? refusal(400, 'Bad Request: there is no text in the message to edit') : ok(made(433));
  expect(await telegram.outcome.edit('5:433', { text: 'Better' }, context())).toEqual(DONE);
  expect(methods()).toEqual(['editMessageCaption', 'editMessageText', 'editMessageCaption']);
});

test('deleting, reacting, typing and acknowledging are one call each', async () => {
  network.script = () => ok(true);
  const { outcome } = telegram;
  expect(await outcome.delete('5:433', context())).toEqual(DONE);
  expect(await outcome.react('5:417', '❤️', context())).toEqual(DONE);
  expect(await outcome.react('5:417', undefined, context())).toEqual(DONE);
  expect(await outcome.typing(context())).toEqual(DONE);
  expect(await outcome.acknowledge('2938175046620193847', context())).toEqual(DONE);
  expect(methods().map((method, index) => [method, jsonOf(index)])).toEqual([
    ['deleteMessage', { chat_id: 5, message_id: 433 }],
    ['setMessageReaction', { chat_id: 5, message_id: 417, reaction: [{ type: 'emoji', emoji: '\u2764' }] }],
    ['setMessageReaction', { chat_id: 5, message_id: 417, reaction: [] }],
    ['sendChatAction', { chat_id: 5, action: 'typing' }],
    ['answerCallbackQuery', { callback_query_id: '2938175046620193847' }],
  ]);
});

test.each([
  ['edit', 'Bad Request: message is not modified: specified new message content is the same', DONE],
  ['edit', 'Bad Request: message to edit not found', PERMANENT],
  ['edit', "Bad Request: message can't be edited", PERMANENT],
  ['delete', 'Bad Request: message to delete not found', DONE],
  ['delete', "Bad Request: message can't be deleted for everyone", PERMANENT],
  ['react', 'Bad Request: REACTION_INVALID', PERMANENT],
  ['acknowledge', 'Bad Request: query is too old and response timeout expired or query ID is invalid', DONE],
] as const)('%s answered with "%s"', async (what, description, verdict) => {
  network.script = () => refusal(400, description);
  const { outcome } = telegram;
  const asked = {
    edit: () => outcome.edit('5:433', { text: 'x' }, context()),
    delete: () => outcome.delete('5:433', context()),
    react: () => outcome.react('5:433', '🥝', context()),
    acknowledge: () => outcome.acknowledge('1', context()),
  };
  expect(await asked[what]()).toMatchObject(verdict);
});

test('a pressed button cannot be changed, deleted or reacted to; Telegram is not asked', async () => {
  const { outcome } = telegram;
  for (const verdict of [
    await outcome.edit('callback:1', { text: 'x' }, context()),
    await outcome.delete('callback:1', context()),
    await outcome.react('callback:1', '👍', context()),
  ]) {
    expect(verdict).toMatchObject({ kind: 'rejected', class: 'permanent', code: 'not_addressable' });
  }
  expect(network.calls).toEqual([]);
});

test('nobody can tell what became of an edit without an answer', async () => {
  network.script = (_, socket) => void socket.resetAndDestroy();
  expect(await telegram.outcome.edit('5:433', { text: 'x' }, context())).toMatchObject({ kind: 'unknown' });
});

test('a bot may write at any time to whoever wrote to it, and to nobody else', () => {
  const { outcome } = telegram;
  const now = new Date();
  const allowed = { allowed: true, until: null, reason: null, kinds: outcome.powers, tag: null };
  expect(outcome.policy({ lastInboundAt: new Date(0), now, human: true })).toEqual(allowed);
  expect(outcome.policy({ now, human: true })).toMatchObject({ allowed: false, kinds: [] });
});

test('profiles: a name, none, or later', async () => {
  const person = { scope: '', externalId: '5' };
  const answers = [
    ok({ id: 5, first_name: 'Iryna', last_name: 'Lys' }),
    refusal(400, 'Bad Request: chat not found'),
    refusal(429, 'Too Many Requests'),
    refusal(401, 'Unauthorized'),
  ];
  network.script = () => answers.shift();
  expect(await telegram.profile.read(account, person)).toEqual({ name: 'Iryna Lys' });
  expect(await telegram.profile.read(account, person)).toBeUndefined();
  await expect(telegram.profile.read(account, person)).rejects.toThrow('later');
  await expect(telegram.profile.read(account, person)).rejects.toThrow('later');
});
