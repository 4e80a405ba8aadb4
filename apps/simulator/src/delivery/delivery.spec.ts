import { startSimulator, type Simulator } from '../simulator.js';
import { aConnectedBot, aConnectedPage, call } from '../testing/connected.js';
import { Webhook } from '../testing/webhook.js';
import { backoff } from './backoff.js';

let sim: Simulator;
let webhook: Webhook;

beforeEach(async () => {
  sim = await startSimulator({ redelivery: { baseMs: 2, capMs: 8 }, webhookTimeoutMs: 2_000 });
  webhook = await Webhook.open();
});

afterEach(async () => {
  await sim.stop();
  await webhook.close();
});

const write = (messenger: 'telegram' | 'facebook', account: string, person: string, text: string) =>
  sim.customerWrites({ messenger, account, person, text });

test('an update that was not answered 2xx comes again, the same bytes, and holds back its chat', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  webhook.statuses = [500, 503, 302];
  const first = write('telegram', bot.id, 'A', 'first');
  write('telegram', bot.id, 'A', 'second');
  await sim.settled();
  expect(webhook.texts).toEqual(['first', 'first', 'first', 'first', 'second']);
  expect(new Set(webhook.hits.slice(0, 4).map(({ body }) => body)).size).toBe(1);
  expect(first.attempts.map(({ status }) => status)).toEqual([500, 503, 302, 200]);
});

test('a failing chat does not hold back another', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  webhook.statuses = Array.from({ length: 500 }, () => 500);
  const stuck = write('telegram', bot.id, 'A', 'stuck');
  await sim.waitFor(() => stuck.attempts.length > 2);
  webhook.statuses = [];
  const other = write('telegram', bot.id, 'B', 'other');
  await sim.waitFor(() => other.state === 'delivered');
});

test('a failing Page event does not hold back the next one of its person', async () => {
  const page = await aConnectedPage(sim, webhook.url);
  webhook.statuses = [500];
  sim.failWebhook({ match: { text: 'first' }, skip: 1, effect: { kind: 'delay', ms: 60_000 } });
  const first = write('facebook', page.id, 'A', 'first');
  const second = write('facebook', page.id, 'A', 'second');
  await sim.waitFor(() => second.state === 'delivered');
  expect(first.state).toBe('pending');
});

test('updates of one chat keep their order under load', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  const texts = Array.from({ length: 100 }, (_, n) => `text ${n}`);
  for (const text of texts) write('telegram', bot.id, 'A', text);
  await sim.settled();
  expect(webhook.texts).toEqual(texts);
});

test('the pace: at once, then doubled up to the cap, or as long as was asked for', () => {
  const pace = { baseMs: 100, capMs: 500 };
  expect([1, 2, 3, 4, 5, 9].map((failures) => backoff(pace, failures))).toEqual([0, 100, 200, 400, 500, 500]);
  expect(backoff(pace, 1, 3)).toBe(3_000);
});

test('Retry-After is honoured', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  webhook.statuses = [503];
  webhook.headers = { 'retry-after': '1' };
  const event = write('telegram', bot.id, 'A', 'patience');
  await sim.settled();
  expect(event.attempts.map(({ status }) => status)).toEqual([503, 200]);
  expect(event.attempts[1]!.at - event.attempts[0]!.at).toBeGreaterThanOrEqual(1_000);
});

test('an update nobody takes is dropped in the end', async () => {
  await sim.stop();
  sim = await startSimulator({ redelivery: { baseMs: 2, capMs: 8 }, expiryMs: 40 });
  const bot = await aConnectedBot(sim, webhook.url);
  webhook.statuses = Array.from({ length: 500 }, () => 500);
  const event = write('telegram', bot.id, 'A', 'lost');
  await sim.settled();
  expect(event.state).toBe('expired');
});

test('what waits goes to the webhook that is set later, with the secret of then', async () => {
  const bot = sim.createBot();
  write('telegram', bot.id, 'A', 'early');
  await call(sim, `/bot${bot.token}/setWebhook`, { url: webhook.url, secret_token: 'late' });
  await sim.settled();
  expect(webhook.hits[0]?.headers['x-telegram-bot-api-secret-token']).toBe('late');
});

test('nobody listens: the attempt says so, and getWebhookInfo too', async () => {
  const bot = await aConnectedBot(sim, 'http://127.0.0.1:9/hook');
  const event = write('telegram', bot.id, 'A', 'hello');
  await sim.waitFor(() => event.attempts.length > 1);
  expect(event.attempts[0]).toMatchObject({ error: expect.stringContaining('ECONNREFUSED') as string });
  const { body } = await call(sim, `/bot${bot.token}/getWebhookInfo`);
  expect(body.result).toMatchObject({ pending_update_count: 1, last_error_message: expect.any(String) as string });
});

test('duplicate: the same event so many times more, one after the other or at once', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  sim.failWebhook({ match: { text: 'one' }, effect: { kind: 'duplicate', copies: 3 } });
  sim.failWebhook({ match: { text: 'all' }, effect: { kind: 'duplicate', copies: 49, concurrently: true } });
  write('telegram', bot.id, 'A', 'one');
  write('telegram', bot.id, 'A', 'all');
  await sim.settled();
  expect(webhook.texts.filter((text) => text === 'one')).toHaveLength(4);
  expect(webhook.texts.filter((text) => text === 'all')).toHaveLength(50);
  expect(new Set(webhook.hits.map(({ body }) => body)).size).toBe(2);
});

test('dropAnswer: the event arrived, and comes again', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  sim.failWebhook({ effect: { kind: 'dropAnswer' } });
  const event = write('telegram', bot.id, 'A', 'again');
  await sim.settled();
  expect(webhook.texts).toEqual(['again', 'again']);
  expect(event.attempts.map(({ status, error }) => status ?? error)).toEqual(['answer lost, as scripted', 200]);
});

test('reorder: so many events come last first', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  sim.failWebhook({ match: { account: bot.id }, effect: { kind: 'reorder', count: 3 } });
  for (const text of ['a', 'b', 'c', 'd']) write('telegram', bot.id, 'A', text);
  await sim.settled();
  expect(webhook.texts.filter((text) => text !== 'd')).toEqual(['c', 'b', 'a']);
  expect(webhook.texts).toContain('d');
});

test('delay: only the matching event is late', async () => {
  const bot = await aConnectedBot(sim, webhook.url);
  sim.failWebhook({ match: { text: 'late' }, effect: { kind: 'delay', ms: 150 } });
  const late = write('telegram', bot.id, 'A', 'late');
  const other = write('telegram', bot.id, 'B', 'other');
  await sim.waitFor(() => other.state === 'delivered');
  expect(late.state).toBe('pending');
  await sim.settled();
  expect(webhook.texts).toEqual(['other', 'late']);
});

test('redeliver: an old event at any time, as often as wanted', async () => {
  const page = await aConnectedPage(sim, webhook.url);
  const event = write('facebook', page.id, 'A', 'once');
  await sim.settled();
  const attempts = await sim.redeliver(event, 20);
  expect(attempts.every(({ status }) => status === 200)).toBe(true);
  expect(new Set(webhook.hits.map(({ body, headers }) => body + String(headers['x-hub-signature-256']))).size).toBe(1);
  expect(webhook.hits).toHaveLength(21);
});

test('sendRaw: any bytes, proved, unproved or wrongly proved', async () => {
  const page = await aConnectedPage(sim, webhook.url);
  const raw = { messenger: 'facebook', account: page.id, body: '{not json' } as const;
  await sim.sendRaw(raw);
  await sim.sendRaw({ ...raw, signature: 'wrong' });
  await sim.sendRaw({ ...raw, signature: 'none', headers: { 'x-more': 'yes' } });
  const [valid, wrong, none] = webhook.hits.map(({ headers }) => headers['x-hub-signature-256']);
  expect(valid).toMatch(/^sha256=[0-9a-f]{64}$/);
  expect(wrong).toMatch(/^sha256=[0-9a-f]{64}$/);
  expect(wrong).not.toBe(valid);
  expect(none).toBeUndefined();
  expect(webhook.hits.map(({ body }) => body)).toEqual(['{not json', '{not json', '{not json']);
});
