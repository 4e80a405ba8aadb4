import { GuardedHttp, type PollVerdict } from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedAnswer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const account = { channelId: 'c1', messenger: 'telegram', source: '7193405826', credentials: { botToken: TOKEN } };
const answer = (status: number, body: object): ScriptedAnswer => ({ status, body: JSON.stringify(body) });
const updates = (...texts: string[]): ScriptedAnswer => ({
  status: 200,
  body: `{"ok":true,"result":[${texts.join(',')}]}`,
});
let network: ScriptedServer;
let http: GuardedHttp;
let telegram: TelegramMessenger;

beforeEach(async () => {
  network = await aScriptedServer(() => updates());
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  telegram = new TelegramMessenger({ apiUrl: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const poll = (cursor?: string, signal: AbortSignal = AbortSignal.timeout(5_000)): Promise<PollVerdict> =>
  telegram.poller.poll(account, cursor, signal);
const asked = (index = 0): unknown => JSON.parse(network.calls[index]?.body ?? '');

test('updates are bodies as a webhook brings them, with the same keys; the next poll confirms them', async () => {
  const names = ['text', 'callback-query', 'message-reaction', 'text.wire'];
  const texts = names.map((name) => sample(fixtures, name));
  network.script = () => updates(...texts);
  const verdict = await poll();
  if (verdict.kind !== 'polled') throw new Error(verdict.sentence);
  const convert = (body: Buffer | string) =>
    telegram.income.convert({ headers: {}, body: Buffer.from(body) }, { source: account.source });
  expect(verdict.bodies.map(convert)).toEqual(texts.map(convert));
  expect(verdict.cursor).toBe('683410273');
  network.script = () => updates();
  expect(await poll(verdict.cursor)).toEqual({ kind: 'polled', bodies: [], cursor: '683410273' });
  expect(asked(0)).not.toHaveProperty('offset');
  expect(asked(1)).toMatchObject({
    offset: 683410273,
    timeout: 25,
    allowed_updates: expect.arrayContaining(['message', 'message_reaction']) as string[],
  });
});

test('ids that start lower after a quiet week are followed', async () => {
  network.script = () => updates('{"update_id":900}', '{"update_id":7}');
  expect(await poll('900')).toMatchObject({ kind: 'polled', cursor: '8' });
});

test('more than an answer may hold is asked for in smaller portions', async () => {
  const big = `{"update_id":1,"x":"${'x'.repeat(1_100_000)}"}`;
  network.script = ({ body }) => updates(body.includes('"limit":100') ? big : '{"update_id":1}');
  expect(await poll()).toMatchObject({ kind: 'polled', cursor: '2' });
  expect(network.calls.map((_, index) => asked(index))).toMatchObject([{ limit: 100 }, { limit: 10 }]);
});

const refusal = (error_code: number, description: string, parameters?: object): ScriptedAnswer =>
  answer(error_code, { ok: false, error_code, description, parameters });

test.each<[string, ScriptedAnswer, object]>([
  [
    'a webhook of another program',
    refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"),
    { class: 'conflict', sentence: expect.stringContaining('webhook') as string },
  ],
  [
    'another poller',
    refusal(409, 'Conflict: terminated by other getUpdates request'),
    { class: 'conflict', sentence: expect.stringContaining('same time') as string },
  ],
  ['a revoked token', refusal(401, 'Unauthorized'), { class: 'reauthorize' }],
  ['a malformed token', refusal(404, 'Not Found'), { class: 'reauthorize' }],
  [
    'too many questions',
    refusal(429, 'Too Many Requests: retry after 5', { retry_after: 5 }),
    { class: 'retry', retryAfterMs: 5_000 },
  ],
  ['trouble', refusal(500, 'Internal Server Error'), { class: 'retry' }],
  ['a gateway’s page', { status: 502, body: '<html>' }, { class: 'retry' }],
  ['no list', answer(200, { ok: true, result: 7 }), { class: 'retry' }],
])('%s', async (_, said, verdict) => {
  network.script = () => said;
  expect(await poll('1')).toMatchObject({ kind: 'refused', ...verdict });
});

test('a network out of reach is for later', async () => {
  await network.close();
  expect(await poll('1')).toMatchObject({ kind: 'refused', class: 'retry' });
});

test('whoever stops waiting gets nothing and confirms nothing', async () => {
  const stop = new AbortController();
  network.script = () => void stop.abort();
  expect(await poll('7', stop.signal)).toEqual({ kind: 'polled', bodies: [], cursor: '7' });
});
