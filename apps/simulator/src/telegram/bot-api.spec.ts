import { startSimulator, type Simulator } from '../simulator.js';
import { aConnectedBot, call } from '../testing/connected.js';
import { Webhook } from '../testing/webhook.js';

let sim: Simulator;
let webhook: Webhook;

beforeEach(async () => {
  sim = await startSimulator({ redelivery: { baseMs: 2, capMs: 8 } });
  webhook = await Webhook.open();
});

afterEach(async () => {
  await sim.stop();
  await webhook.close();
});

/** A bot without a webhook, and somebody who wrote to it. */
function aBotWithAContact() {
  const bot = sim.createBot();
  const who = { messenger: 'telegram', account: bot.id, person: 'Iryna Lys' } as const;
  sim.acquaint(who);
  return { bot, who, api: `/bot${bot.token}`, chat_id: Number(sim.personId(who)) };
}

test.each([
  ['a revoked token', `1234567:${'A'.repeat(35)}`, 401, 'Unauthorized'],
  ['a token of the wrong shape', '1234567:short', 404, 'Not Found'],
])('%s', async (_, token, status, description) => {
  expect(await call(sim, `/bot${token}/getMe`)).toEqual({
    status,
    body: { ok: false, error_code: status, description },
  });
});

test('a token that was revoked later is refused', async () => {
  const { bot, api } = aBotWithAContact();
  expect((await call(sim, `${api}/getMe`)).status).toBe(200);
  sim.revokeToken({ messenger: 'telegram', account: bot.id });
  expect((await call(sim, `${api}/getMe`)).status).toBe(401);
});

test('method names have no case; GET, query, form and JSON say the same; unknown methods are 404', async () => {
  const { api, chat_id, who } = aBotWithAContact();
  await call(sim, `${api}/SENDMESSAGE?chat_id=${chat_id}&text=query`);
  await call(sim, `${api}/sendMessage`, { chat_id, text: 'json' });
  const form = new URLSearchParams({ chat_id: String(chat_id), text: 'form' });
  await fetch(`${sim.url}${api}/sendmessage`, { method: 'POST', body: form });
  expect(sim.received(who)).toEqual(['query', 'json', 'form']);
  expect((await call(sim, `${api}/sendPigeon`)).status).toBe(404);
});

test('what is sent comes back as a message with an id of its chat', async () => {
  const { api, chat_id, bot } = aBotWithAContact();
  const first = await call(sim, `${api}/sendMessage`, { chat_id, text: '  hello  ' });
  const second = await call(sim, `${api}/sendMessage`, { chat_id, text: 'again' });
  const { message_id } = first.body.result as { message_id: number };
  expect(first.body.result).toMatchObject({
    from: { id: Number(bot.id), is_bot: true },
    chat: { id: chat_id, type: 'private' },
    text: 'hello',
  });
  expect(second.body.result).toMatchObject({ message_id: message_id + 1 });
});

test.each([
  ['an unknown chat', { chat_id: 42 }, 400, 'Bad Request: chat not found'],
  ['no chat', { chat_id: undefined }, 400, 'Bad Request: chat_id is empty'],
  ['blanks', { text: ' \n ' }, 400, 'Bad Request: message text is empty'],
  ['no text', { text: undefined }, 400, 'Bad Request: message text is empty'],
  ['a long text', { text: 'x'.repeat(4097) }, 400, 'Bad Request: message is too long'],
  [
    'long button data',
    { reply_markup: { inline_keyboard: [[{ text: 'b', callback_data: 'é'.repeat(33) }]] } },
    400,
    'Bad Request: BUTTON_DATA_INVALID',
  ],
  ['a quote of nothing', { reply_parameters: { message_id: 5 } }, 400, 'Bad Request: message to be replied not found'],
])('%s is refused', async (_, change, status, description) => {
  const { api, chat_id, who } = aBotWithAContact();
  const answer = await call(sim, `${api}/sendMessage`, { chat_id, text: 'hello', ...change });
  expect(answer).toEqual({ status, body: { ok: false, error_code: status, description } });
  expect(sim.received(who)).toEqual([]);
});

test('a text of 4096 units is taken', async () => {
  const { api, chat_id } = aBotWithAContact();
  expect((await call(sim, `${api}/sendMessage`, { chat_id, text: 'x'.repeat(4096) })).status).toBe(200);
});

test('who blocked the bot, or never started it, gets nothing', async () => {
  const { bot, api, chat_id, who } = aBotWithAContact();
  const stranger = sim.createPerson({ name: 'Nobody' }).telegramId;
  expect((await call(sim, `${api}/sendMessage`, { chat_id: stranger, text: 'hi' })).body.description).toBe(
    "Forbidden: bot can't initiate conversation with a user",
  );
  sim.customerBlocks(who);
  expect((await call(sim, `${api}/sendMessage`, { chat_id, text: 'hi' })).body.description).toBe(
    'Forbidden: bot was blocked by the user',
  );
  sim.customerWrites({ messenger: 'telegram', account: bot.id, person: who.person, text: 'back' });
  expect((await call(sim, `${api}/sendMessage`, { chat_id, text: 'hi' })).status).toBe(200);
});

test.each([
  ['too long a secret', { secret_token: 'x'.repeat(257) }, 'Bad Request: secret token is too long'],
  ['a secret with a blank', { secret_token: 'a b' }, 'Bad Request: secret token contains unallowed characters'],
  ['no address', { url: 'chat.example.com' }, 'Bad Request: invalid webhook URL specified'],
])('setWebhook refuses %s', async (_, change, description) => {
  const { api } = aBotWithAContact();
  const answer = await call(sim, `${api}/setWebhook`, { url: webhook.url, ...change });
  expect(answer).toMatchObject({ status: 400, body: { description } });
});

test('the webhook that is set is shown; an empty address removes it', async () => {
  const { api } = aBotWithAContact();
  const set = { url: webhook.url, secret_token: 'word', allowed_updates: ['message', 'nonsense'] };
  expect((await call(sim, `${api}/setWebhook`, set)).body.description).toBe('Webhook was set');
  expect((await call(sim, `${api}/setWebhook`, set)).body.description).toBe('Webhook is already set');
  expect((await call(sim, `${api}/getWebhookInfo`)).body.result).toMatchObject({
    url: webhook.url,
    pending_update_count: 0,
    max_connections: 40,
    allowed_updates: ['message'],
  });
  expect((await call(sim, `${api}/setWebhook`, { url: '' })).body.description).toBe('Webhook was deleted');
  expect((await call(sim, `${api}/getWebhookInfo`)).body.result).toMatchObject({ url: '' });
});

test('allowed_updates: kept when omitted, the default set when nothing known is named', async () => {
  const { bot, api } = aBotWithAContact();
  const kinds = () => {
    sim.sendUpdate({ account: bot.id, content: { message_reaction: {} } });
    sim.sendUpdate({ account: bot.id, content: { callback_query: {} } });
    return sim.ledger.events.slice(-2).map(({ state }) => state);
  };
  expect(kinds()).toEqual(['unsubscribed', 'pending']);
  await call(sim, `${api}/setWebhook`, { url: webhook.url, allowed_updates: ['message_reaction'] });
  expect(kinds()).toEqual(['pending', 'unsubscribed']);
  await call(sim, `${api}/setWebhook`, { url: webhook.url });
  expect(kinds()).toEqual(['pending', 'unsubscribed']);
  await call(sim, `${api}/setWebhook`, { url: webhook.url, allowed_updates: ['nonsense'] });
  expect(kinds()).toEqual(['unsubscribed', 'pending']);
});

test('getUpdates gives what waits, once it is confirmed no more', async () => {
  const { bot, api, who } = aBotWithAContact();
  for (const text of ['a', 'b', 'c']) sim.customerWrites({ ...who, text });
  const all = (await call(sim, `${api}/getUpdates`)).body.result as { update_id: number; message: { text: string } }[];
  expect(all.map(({ message }) => message.text)).toEqual(['a', 'b', 'c']);
  const rest = (await call(sim, `${api}/getUpdates?offset=${all[2]!.update_id}&limit=5`)).body.result;
  expect(rest).toEqual([all[2]]);
  expect(sim.ledger.events.filter(({ account }) => account === bot.id).map(({ state }) => state)).toEqual([
    'delivered',
    'delivered',
    'pending',
  ]);
});

test('a long poll answers as soon as somebody writes', async () => {
  const { api, who } = aBotWithAContact();
  const poll = call(sim, `${api}/getUpdates?timeout=20`);
  await sim.waitFor(() => sim.ledger.calls.some(({ method }) => method === 'getUpdates'));
  sim.customerWrites({ ...who, text: 'now' });
  expect((await poll).body.result).toMatchObject([{ message: { text: 'now' } }]);
});

test('409 for polling beside a webhook, and for the poll a second poller ends', async () => {
  const { api } = aBotWithAContact();
  const first = call(sim, `${api}/getUpdates?timeout=20`);
  await sim.waitFor(() => sim.ledger.calls.length === 1);
  const second = call(sim, `${api}/getUpdates?timeout=20`);
  expect(await first).toMatchObject({
    status: 409,
    body: { description: expect.stringContaining('terminated by other getUpdates request') as string },
  });
  await call(sim, `${api}/setWebhook`, { url: webhook.url });
  expect((await second).status).toBe(409);
  expect((await call(sim, `${api}/getUpdates`)).body.description).toContain(
    "can't use getUpdates method while webhook",
  );
});

test('a file goes up in a multipart form and comes down by its id', async () => {
  const { bot, api, chat_id } = aBotWithAContact();
  const form = new FormData();
  form.set('chat_id', String(chat_id));
  form.set('caption', 'the list');
  form.set('document', new Blob([Buffer.from([0, 13, 10, 45, 45, 255])], { type: 'application/pdf' }), 'Liste ä.pdf');
  const response = await fetch(`${sim.url}${api}/sendDocument`, { method: 'POST', body: form });
  const { result } = (await response.json()) as { result: { caption: string; document: Record<string, string> } };
  expect(result).toMatchObject({
    caption: 'the list',
    document: { file_name: 'Liste ä.pdf', mime_type: 'application/pdf' },
  });
  const found = await call(sim, `${api}/getFile?file_id=${result.document.file_id}`);
  const { file_path } = found.body.result as { file_path: string };
  const file = await fetch(`${sim.url}/file/bot${bot.token}/${file_path}`);
  expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([0, 13, 10, 45, 45, 255]);
  expect((await call(sim, `${api}/getFile?file_id=other`)).status).toBe(400);
});

test('a pressed button comes as a callback query that can be answered', async () => {
  const { api, chat_id, who } = aBotWithAContact();
  const reply_markup = { inline_keyboard: [[{ text: 'Felt', callback_data: 'f:felt' }]] };
  await call(sim, `${api}/sendMessage`, { chat_id, text: 'Which?', reply_markup });
  const event = sim.customerPresses({ ...who, title: 'Felt', payload: 'f:felt' });
  const { callback_query } = JSON.parse(event.body) as { callback_query: { id: string; data: string } };
  expect(callback_query.data).toBe('f:felt');
  expect((await call(sim, `${api}/answerCallbackQuery?callback_query_id=${callback_query.id}`)).status).toBe(200);
  expect((await call(sim, `${api}/answerCallbackQuery?callback_query_id=1`)).status).toBe(400);
});

test('getChat and sendChatAction', async () => {
  const { api, chat_id } = aBotWithAContact();
  expect((await call(sim, `${api}/getChat?chat_id=${chat_id}`)).body.result).toMatchObject({
    first_name: 'Iryna',
    last_name: 'Lys',
  });
  expect((await call(sim, `${api}/sendChatAction`, { chat_id, action: 'typing' })).body.result).toBe(true);
  expect((await call(sim, `${api}/getChat?chat_id=1`)).status).toBe(400);
});

test('an update carries the secret that was set', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  sim.customerWrites({ messenger: 'telegram', account: bot.id, person: 'A', text: 'hi' });
  await sim.settled();
  expect(webhook.hits[0]?.headers['x-telegram-bot-api-secret-token']).toBe('word');
});
