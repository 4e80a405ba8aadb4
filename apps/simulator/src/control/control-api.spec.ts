import { startSimulator, type Simulator } from '../simulator.js';
import { call } from '../testing/connected.js';
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

test('another process can make a bot, write to it, wait for the delivery and read the ledger', async () => {
  const bot = (await control('/bots', { name: 'Shop' })).body as { id: string; token: string };
  await call(sim, `/bot${bot.token}/setWebhook`, { url: webhook.url });
  const who = { messenger: 'telegram', account: bot.id, person: 'Iryna' };
  const { body: event } = await control('/messages', { ...who, text: 'hi' });
  const waited = await control('/wait', { of: 'events', match: { state: 'delivered', account: bot.id } });
  expect(waited.body.data).toMatchObject([{ n: event.n, attempts: [{ status: 200 }] }]);
  await call(sim, `/bot${bot.token}/sendMessage`, { chat_id: Number(event.personId), text: 'yes?' });
  const calls = await control('/calls?method=sendMessage');
  expect(calls.body.data).toMatchObject([{ text: 'yes?', status: 200, processed: true }]);
  expect((await control(`/conversation?${new URLSearchParams(who).toString()}`)).body.data).toMatchObject([
    { from: 'customer', text: 'hi', state: 'delivered', attempts: 1 },
    { from: 'business', text: 'yes?' },
  ]);
  expect((await control('/counts')).body).toEqual({
    events: { delivered: 1 },
    calls: { setWebhook: 1, sendMessage: 1 },
  });
});

test('faults are scripted and cleared', async () => {
  const { body: bot } = await control('/bots', {});
  const path = `/bot${bot.token as string}/getMe`;
  await control('/faults/calls', {
    match: { method: 'getMe' },
    times: null,
    effect: { kind: 'tooMany', retryAfter: 2 },
  });
  expect((await call(sim, path)).status).toBe(429);
  expect((await call(sim, path)).status).toBe(429);
  await fetch(`${sim.url}/_sim/faults`, { method: 'DELETE' });
  expect((await call(sim, path)).status).toBe(200);
});

test.each([
  ['/bots', { token: '7193405826:short' }, '"7193405826:short" is no bot token'],
  ['/messages', { messenger: 'telegram' }, '"account" is missing'],
  ['/messages', { messenger: 'pigeon', account: '1', person: 'A', text: 'x' }, 'There is no messenger "pigeon"'],
  ['/messages', { messenger: 'telegram', account: '1', person: 'A', text: 'x' }, 'There is no simulated bot 1'],
  ['/faults/calls', { effect: { kind: 'explode' } }, '"effect.kind" is one of'],
  ['/faults/webhooks', { effect: { kind: 'duplicate' } }, '"effect.copies" is missing'],
  ['/wait', { of: 'calls', timeoutMs: 1 }, 'Waited 1 ms in vain'],
])('%s says what is wrong', async (path, body, message) => {
  const answer = await control(path, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.body.error).toContain(message);
});

test('a whole Page can be made, and a wrong callback is refused', async () => {
  const { body: page } = await control('/pages', { name: 'Store' });
  webhook.challenge = () => 'no';
  const callback = { app: page.appId, url: webhook.url, verifyToken: 'word' };
  expect((await control('/callback', callback)).status).toBe(400);
  webhook.challenge = (challenge) => challenge;
  expect((await control('/callback', callback)).status).toBe(200);
});

test('reset forgets everything', async () => {
  await control('/bots', {});
  await control('/people', { name: 'Iryna' });
  await control('/reset', {});
  expect((await control('/accounts')).body).toEqual({ accounts: [], people: [] });
});

test('the page and its parts are served, with a policy that runs nothing else', async () => {
  const styles = ['/style.css', '/phone.css', '/wire.css'];
  const scripts = ['/phone.js', '/bubbles.js', '/composer.js', '/dom.js', '/wire.js'];
  for (const path of ['/', '/icon.svg', ...styles, ...scripts]) {
    const response = await fetch(sim.url + path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  }
  expect((await fetch(`${sim.url}/package.json`)).status).toBe(404);
});

test('an open page hears that something changed', async () => {
  const response = await fetch(`${sim.url}/_sim/live`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain('hello');
  const bot = sim.createBot();
  sim.customerWrites({ messenger: 'telegram', account: bot.id, person: 'A', text: 'x' });
  expect((await reader.read()).value).toContain('changed');
  await reader.cancel();
});

test('listens on loopback only', async () => {
  await expect(startSimulator({ host: '0.0.0.0' })).rejects.toThrow('loopback only');
});
