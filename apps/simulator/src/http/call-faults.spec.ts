import type { CallEffect } from '../faults/call-faults.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { call } from '../testing/connected.js';

let sim: Simulator;

beforeEach(async () => {
  sim = await startSimulator();
});

afterEach(() => sim.stop());

function aBot() {
  const bot = sim.createBot();
  const who = { messenger: 'telegram', account: bot.id, person: 'Iryna' } as const;
  sim.acquaint(who);
  const chat_id = Number(sim.personId(who));
  const send = (text: string, signal?: AbortSignal) =>
    fetch(`${sim.url}/bot${bot.token}/sendMessage?chat_id=${chat_id}&text=${text}`, { method: 'POST', signal });
  const fails = (effect: CallEffect) => sim.failCall({ match: { method: 'sendMessage' }, effect });
  return { bot, who, send, fails };
}

test('tooMany: 429 in Telegram’s form, and nothing was sent', async () => {
  const { who, send, fails } = aBot();
  fails({ kind: 'tooMany', retryAfter: 7 });
  const answer = await send('a');
  expect(answer.status).toBe(429);
  expect(await answer.json()).toMatchObject({ ok: false, error_code: 429, parameters: { retry_after: 7 } });
  await send('b');
  expect(sim.received(who)).toEqual(['b']);
});

test('tooMany at Meta: error 80006 with the minutes in a header', async () => {
  const page = sim.createPage();
  sim.failCall({ match: { messenger: 'facebook' }, effect: { kind: 'tooMany', retryAfter: 90 } });
  const answer = await fetch(`${sim.url}/v26.0/me?access_token=${page.token}`);
  expect(await answer.json()).toMatchObject({ error: { code: 80006 } });
  const use = answer.headers.get('x-business-use-case-usage') ?? '';
  expect(JSON.parse(use)).toMatchObject({ [page.id]: [{ estimated_time_to_regain_access: 2 }] });
});

test('status with JSON, status with HTML, HTML with 200', async () => {
  const { who, send, fails } = aBot();
  fails({ kind: 'status', status: 500, json: { ok: false }, headers: { 'retry-after': '3' } });
  fails({ kind: 'status', status: 502 });
  fails({ kind: 'html' });
  fails({ kind: 'html', processed: true });
  const json = await send('a');
  expect([json.status, json.headers.get('retry-after'), await json.json()]).toEqual([500, '3', { ok: false }]);
  const gateway = await send('b');
  expect([gateway.status, gateway.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
  expect((await (await send('c')).text()).startsWith('<!DOCTYPE html>')).toBe(true);
  expect((await send('d')).status).toBe(200);
  expect(sim.received(who)).toEqual(['d']);
});

test('truncated: the work is done, the JSON is cut', async () => {
  const { who, send, fails } = aBot();
  fails({ kind: 'truncated' });
  const answer = await send('a');
  expect(answer.status).toBe(200);
  await expect(answer.json()).rejects.toThrow('JSON');
  expect(sim.received(who)).toEqual(['a']);
});

test('reset before the work, and after it', async () => {
  const { who, send, fails } = aBot();
  fails({ kind: 'reset', processed: false });
  fails({ kind: 'reset', processed: true });
  await expect(send('a')).rejects.toThrow('fetch failed');
  expect(sim.received(who)).toEqual([]);
  await expect(send('b')).rejects.toThrow('fetch failed');
  expect(sim.received(who)).toEqual(['b']);
  expect(sim.ledger.calls.map(({ status, processed, fault }) => [status, processed, fault])).toEqual([
    [undefined, false, 'reset'],
    [undefined, true, 'reset'],
  ]);
});

test('hang: no answer, with or without the work', async () => {
  const { who, send, fails } = aBot();
  fails({ kind: 'hang' });
  fails({ kind: 'hang', processed: true });
  const aborted = [new AbortController(), new AbortController()];
  const hanging = aborted.map(({ signal }, n) => expect(send(`t${n}`, signal)).rejects.toThrow('aborted'));
  await sim.waitFor(() => sim.ledger.calls.length === 2 && sim.received(who).length === 1);
  for (const controller of aborted) controller.abort();
  await Promise.all(hanging);
});

test('delay: before the work, or after it so that only the answer is late', async () => {
  const { who, send, fails } = aBot();
  fails({ kind: 'delay', ms: 60_000, processed: true });
  fails({ kind: 'delay', ms: 60_000 });
  const late = new AbortController();
  const waiting = ['a', 'b'].map((text) => expect(send(text, late.signal)).rejects.toThrow('aborted'));
  await sim.waitFor(() => sim.ledger.calls.length === 2 && sim.received(who).length === 1);
  expect(sim.ledger.calls.map(({ status }) => status)).toEqual([undefined, undefined]);
  late.abort();
  await Promise.all(waiting);
  fails({ kind: 'delay', ms: 10 });
  expect((await send('c')).status).toBe(200);
});

test('a fault meets only what it matches, after what it skips, so often as it says', async () => {
  const { bot, send } = aBot();
  const other = sim.createBot();
  sim.failCall({
    match: { account: bot.id, method: 'SENDMESSAGE', text: 'bad' },
    skip: 1,
    times: 2,
    effect: { kind: 'status', status: 503 },
  });
  const statuses: number[] = [];
  for (const text of ['bad', 'bad1', 'good', 'BAD2', 'bad3']) statuses.push((await send(text)).status);
  expect(statuses).toEqual([200, 503, 200, 503, 200]);
  sim.failCall({ match: { account: other.id }, times: null, effect: { kind: 'status', status: 503 } });
  expect((await send('bad')).status).toBe(200);
  for (let n = 0; n < 3; n++) expect((await fetch(`${sim.url}/bot${other.token}/getMe`)).status).toBe(503);
  sim.clearFaults();
  expect((await call(sim, `/bot${other.token}/getMe`)).status).toBe(200);
});
