import { openHouse, type House } from './support/house.js';
import { rounds } from './support/rounds.js';
import type { Api } from './support/api.js';
import { eventually } from './support/eventually.js';
import { chatWith, messagesOf, messageWith, type ChatView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers, with scripted faults. */
let house: House;
let api: Api;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
  api = house.team.agents[0]!.api;
}, 120_000);
afterEach(() => house.simulator.clearFaults());
afterAll(() => house?.close());

let people = 0;

async function anAcceptedChat(messenger: 'telegram' | 'facebook' = 'telegram') {
  const person = `Customer ${(people += 1)}`;
  const who = { messenger, account: house.team.accounts[messenger], person };
  house.simulator.customerWrites({ ...who, text: `Hello from ${person}` });
  const chat = await chatWith(api, 'waiting', `Hello from ${person}`);
  await api.created<ChatView>(`/v1/chats/${chat.id}/accept`);
  const close = () => api.created(`/v1/chats/${chat.id}/close`);
  return { who, chat, close, send: (text: string, key?: string) => sendTo(chat.id, text, key) };
}

function sendTo(chatId: string, text: string, key?: string) {
  return api.post<{ messages: { id: string }[]; code: string }>(
    `/v1/chats/${chatId}/messages`,
    { text },
    key ? { 'idempotency-key': key } : {},
  );
}

it('the same Idempotency-Key at once is one message and one answer', async () => {
  const { who, send, chat, close } = await anAcceptedChat('facebook');
  for (let round = 0; round < rounds(10, 1000); round++) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(`Round ${round}`, `key-${round}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.messages[0]!.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(4);
  }
  expect(await send('Something else', 'key-0')).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  });
  const texts = Array.from({ length: rounds(10, 1000) }, (_, round) => `Round ${round}`);
  // Facebook takes 5 a second to one person.
  await house.simulator.waitFor((one) => one.received(who).length >= texts.length, 300_000);
  await messageWith(api, chat.id, texts.at(-1)!, 'sent');
  expect(house.simulator.received(who)).toEqual(texts);
  await close();
}, 600_000);

it('“retry after” is obeyed, and nothing overtakes the message that waits', async () => {
  const { who, send, chat, close } = await anAcceptedChat();
  house.simulator.failCall({
    match: { messenger: 'telegram', method: 'sendMessage', text: 'First' },
    effect: { kind: 'tooMany', retryAfter: 1 },
  });
  await send('First');
  await send('Second');
  await messageWith(api, chat.id, 'Second', 'sent');
  expect(house.simulator.received(who)).toEqual(['First', 'Second']);
  const calls = house.simulator.ledger.calls.filter(({ text }) => text === 'First');
  expect(calls).toHaveLength(2);
  expect(calls[1]!.at - calls[0]!.at).toBeGreaterThanOrEqual(1_000);
  await close();
});

it('a blocked contact fails at once with a sentence, and the lane goes on', async () => {
  const { who, send, chat, close } = await anAcceptedChat();
  house.simulator.customerBlocks(who);
  await send('Are you there?');
  const failed = await messageWith(api, chat.id, 'Are you there?', 'failed');
  expect(failed.failure!.sentence).toMatch(/block/i);
  house.simulator.customerWrites({ ...who, text: 'I am back' });
  await chatWith(api, 'mine', 'I am back');
  await send('Welcome back');
  await messageWith(api, chat.id, 'Welcome back', 'sent');
  await close();
});

it('an answer that was lost on the way leaves the message unconfirmed, sent once and never again by itself', async () => {
  const { who, send, chat, close } = await anAcceptedChat();
  house.simulator.failCall({
    match: { messenger: 'telegram', method: 'sendMessage', text: 'Lost answer' },
    effect: { kind: 'reset', processed: true },
  });
  await send('Lost answer');
  await send('Afterwards');
  await messageWith(api, chat.id, 'Afterwards', 'sent');
  await messageWith(api, chat.id, 'Lost answer', 'unconfirmed');
  expect(house.simulator.received(who)).toEqual(['Lost answer', 'Afterwards']);
  await close();
});

it('a hanging call on one channel delays no other channel', async () => {
  const slow = await anAcceptedChat('telegram');
  const quick = await anAcceptedChat('facebook');
  house.simulator.failCall({
    match: { messenger: 'telegram', method: 'sendMessage', text: 'Hanging' },
    effect: { kind: 'hang' },
  });
  await slow.send('Hanging');
  await quick.send('Quick');
  await messageWith(api, quick.chat.id, 'Quick', 'sent');
  const [hanging] = (await messagesOf(api, slow.chat.id)).filter(({ text }) => text === 'Hanging');
  expect(hanging!.status).toBe('sending');
  await messageWith(api, slow.chat.id, 'Hanging', 'unconfirmed');
  await slow.close();
  await quick.close();
}, 60_000);

it('a text longer than the messenger takes arrives whole, in order, in several messages', async () => {
  const { who, send, chat, close } = await anAcceptedChat();
  const long = Array.from({ length: 1500 }, (_, number) => `word${number}`).join(' ');
  const { status, body } = await send(long);
  expect(status).toBe(201);
  expect(body.messages.length).toBeGreaterThan(1);
  const last = body.messages.at(-1)!.id;
  const messages = await messagesOf(api, chat.id);
  await messageWith(api, chat.id, messages.find(({ id }) => id === last)!.text!, 'sent');
  expect(house.simulator.received(who).join(' ').replaceAll(/\s+/g, ' ')).toBe(long);
  await close();
});

it('a revoked token keeps every message until the channel is connected again', async () => {
  const { who, send, chat, close } = await anAcceptedChat();
  const { telegram } = house.team.channels;
  house.simulator.revokeToken({ messenger: 'telegram', account: house.team.accounts.telegram });
  await send('Kept');
  const health = async () => (await house.team.admin.read<{ health: string }>(`/v1/channels/${telegram}`)).health;
  await eventually(async () => (await health()) === 'needs_reauthorization');
  await messageWith(api, chat.id, 'Kept', 'queued');
  const { token } = house.simulator.createBot({
    token: `${house.team.accounts.telegram}:AAnewTokenAfterTheOldOneWasRevoked1`,
  });
  house.simulator.acquaint(who);
  await house.team.admin.created('/v1/channels', {
    messenger: 'telegram',
    queueId: house.team.queueId,
    credentials: { botToken: token },
  });
  await messageWith(api, chat.id, 'Kept', 'sent');
  expect(house.simulator.received(who)).toEqual(['Kept']);
  await close();
}, 60_000);

it('the 24-hour window is enforced before sending', async () => {
  const { who, chat, close, send } = await anAcceptedChat('facebook');
  expect(await send('In time')).toMatchObject({ status: 201 });
  expect(await send('   ')).toMatchObject({ status: 422 });
  await messageWith(api, chat.id, 'In time', 'sent');
  expect(house.simulator.received(who)).toEqual(['In time']);
  const twoDaysAgo = Date.now() - 2 * 86_400_000;
  const old = { ...who, person: 'Old Friend', text: 'From the past', at: twoDaysAgo };
  house.simulator.customerWrites(old);
  const late = await chatWith(api, 'waiting', 'From the past');
  await api.created(`/v1/chats/${late.id}/accept`);
  expect(await sendTo(late.id, 'Too late')).toMatchObject({ status: 409, body: { code: 'send_not_allowed' } });
  await api.created(`/v1/chats/${late.id}/close`);
  await close();
});
