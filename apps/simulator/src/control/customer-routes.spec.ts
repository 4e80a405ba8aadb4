import { startSimulator, type Simulator } from '../simulator.js';
import { aConnectedPage, call } from '../testing/connected.js';
import { PNG } from '../testing/samples.js';
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

const control = (path: string, body?: unknown) => call(sim, `/_sim${path}`, body);
const ALL_FIELDS = `messages,messaging_postbacks,messaging_optins,messaging_referrals,messaging_handovers,message_reads,
message_deliveries,message_echoes,message_reactions,message_edits,messaging_policy_enforcement`;

const kinds = () => sim.ledger.events.map(({ kind }) => kind);

test('all that a customer does on Telegram', async () => {
  const bot = sim.createBot();
  const who = { messenger: 'telegram', account: bot.id, person: 'Iryna' };
  const picture = { kind: 'image', name: 'a.png', type: 'image/png', base64: PNG.toString('base64') };
  const acts: [string, object][] = [
    ['/starts', { ref: 'x' }],
    ['/messages', { text: 'hi' }],
    ['/files', { ...picture, caption: 'look', duration: 4 }],
    ['/albums', { files: [picture, picture] }],
    ['/locations', { latitude: 1, longitude: 2 }],
    ['/contacts', { name: 'I', phone: '1' }],
    ['/contents', { content: { dice: { value: 1 } } }],
    ['/edits', { text: 'ho', messageId: undefined }],
    ['/deletions', {}],
    ['/presses', { title: 'A', payload: 'a' }],
    ['/blocks', {}],
    ['/unblocks', {}],
  ];
  for (const [path, body] of acts)
    expect([path, (await control(path, { ...who, ...body })).status]).toEqual([path, 200]);
  const messages = Array.from({ length: 8 }, () => 'message');
  const changes = ['edited_message', 'callback_query', 'my_chat_member', 'my_chat_member'];
  expect(kinds()).toEqual([...messages, ...changes]);
  const shown = await control(`/conversation?${new URLSearchParams(who).toString()}`);
  expect(shown.body).toMatchObject({ phone: { typing: false, blocked: false } });
  const [, , file] = shown.body.data as { files: { url: string }[] }[];
  const content = await fetch(sim.url + file!.files[0]!.url);
  expect(Buffer.from(await content.arrayBuffer())).toEqual(PNG);
});

test('what happens at Meta besides', async () => {
  const page = await aConnectedPage(sim, webhook.url, ALL_FIELDS.replace(/\s/g, ''));
  const who = { messenger: 'facebook', account: page.id, person: 'Iryna' };
  await control('/acquaintances', who);
  const inbox = await control('/inbox-messages', { ...who, text: 'typed' });
  const [{ messageId }] = inbox.body.data as [{ messageId: string }];
  const acts: [string, object][] = [
    ['/inbox-reactions', { messageId, emoji: '👍' }],
    ['/reactions', { messageId, emojis: ['❤️'] }],
    ['/reads', { at: 5 }],
    ['/deliveries', { messageIds: [messageId] }],
    ['/referrals', { referral: { ref: 'x' } }],
    ['/opt-ins', { optin: { ref: 'x' } }],
    ['/policy', { action: 'block' }],
    ['/thread-control', { action: 'pass' }],
  ];
  for (const [path, body] of acts)
    expect([path, (await control(path, { ...who, ...body })).status]).toEqual([path, 200]);
  const receipts = ['reaction', 'reaction', 'read', 'delivery'];
  expect(kinds()).toEqual(['echo', ...receipts, 'referral', 'optin', 'policy_enforcement', 'pass_thread_control']);
});

test('several calls in one webhook call', async () => {
  const page = await aConnectedPage(sim, webhook.url);
  const who = { messenger: 'facebook', account: page.id, person: 'Iryna' };
  const calls = ['a', 'b'].map((text) => ({ path: '/messages', body: { ...who, text } }));
  expect((await control('/batches', { calls })).body.data).toMatchObject([{ text: 'a' }, { text: 'b' }]);
  await sim.settled();
  expect(webhook.texts).toEqual(['a', 'b']);
  expect(webhook.hits).toHaveLength(1);
  const wrong = await control('/batches', { calls: [{ path: '/reset' }] });
  expect(wrong.body.error).toBe('"/reset" cannot be part of a batch');
});

test('behaviour can be seen and changed; reset brings back the first', async () => {
  const flood = { perChat: { perSecond: 1, burst: 1 } };
  expect((await control('/behaviour', { flood, echo: 'before' })).body).toMatchObject({ flood, echo: 'before' });
  await control('/behaviour', { flood: null });
  expect((await control('/behaviour')).body).not.toHaveProperty('flood');
  expect((await control('/behaviour', { mood: 'bad' })).body.error).toBe('There is no behaviour "mood"');
  await control('/reset', {});
  expect((await control('/behaviour')).body).toMatchObject({ echo: 'with', window: true });
});

test('who was told to wait, and what they made of it', async () => {
  const bot = sim.createBot();
  await control('/faults/calls', { effect: { kind: 'tooMany', retryAfter: 3 } });
  for (let n = 0; n < 2; n++) await call(sim, `/bot${bot.token}/getMe`);
  const { data } = (await control(`/waits?account=${bot.id}`)).body as { data: { toldMs: number; tookMs: number }[] };
  expect(data).toEqual([{ toldMs: 3_000, tookMs: expect.any(Number) as number }]);
});

test.each([
  ['/files', { kind: 'hologram' }, '"kind" is one of'],
  ['/locations', { latitude: 'north' }, '"latitude" is missing or no number'],
  ['/contents', { content: 'x' }, '"content" is missing or no object'],
  ['/edits', { text: 'x' }, 'There is no such message of this person'],
  ['/reactions', { emojis: [] }, 'There is no such message to react to'],
  ['/presses', { title: 'x', payload: 'x', as: 'x' }, '"as" is quick_reply or postback'],
])('%s says what is wrong', async (path, body, message) => {
  const who = { messenger: 'telegram', account: sim.createBot().id, person: 'A' };
  const answer = await control(path, { ...who, ...body });
  expect([answer.status, answer.body.error]).toEqual([400, expect.stringContaining(message)]);
});
