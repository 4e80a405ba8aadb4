import type { Finding } from '#messenger-kit';
import { inspectAccount, type AccountAnswers } from './inspection.js';
import type { LineAnswer } from './line-api.js';

const OURS = 'https://chat.example.com/webhooks/line/k';
const ok = (body: Record<string, unknown>): LineAnswer => ({ kind: 'ok', body });
const error = (status: number): LineAnswer => ({ kind: 'error', status, message: '', body: {}, headers: {} });
const fine: AccountAnswers = {
  info: ok({ userId: 'U1', chatMode: 'bot' }),
  endpoint: ok({ endpoint: OURS, active: true }),
  quota: ok({ type: 'limited', value: 200 }),
  used: ok({ totalUsage: 12 }),
};

function found(change: Partial<AccountAnswers> = {}) {
  const findings = inspectAccount({ ...fine, ...change }, OURS);
  for (const { sentence } of findings) expect(sentence).toMatch(/^[\p{L}“].*[.]$/u);
  return new Map<string, Finding>(findings.map((finding) => [finding.code, finding]));
}

test('an account in order; what only the console shows is told as that', () => {
  expect([...found().values()].map(({ code, state }) => [code, state])).toEqual([
    ['credential', 'ok'],
    ['subscription', 'ok'],
    ['use_webhook', 'ok'],
    ['chat_mode', 'ok'],
    ['quota', 'ok'],
    ['console_settings', 'unknown'],
  ]);
});

test('a dead token is all there is to say', () => {
  expect([...found({ info: error(401) }).keys()]).toEqual(['credential']);
  expect(found({ info: error(500) }).get('credential')).toMatchObject({ state: 'unknown' });
});

test.each<[string, LineAnswer, object]>([
  ['no address', error(404), { state: 'broken', repair: 'harmless' }],
  ['an empty one', ok({ endpoint: '' }), { state: 'broken', repair: 'harmless' }],
  ['an old one', ok({ endpoint: OURS.replace('chat', 'old') }), { state: 'broken', repair: 'harmless' }],
  ['a stranger’s', ok({ endpoint: 'https://other.example.org/x' }), { state: 'broken', repair: 'takes_over' }],
  ['an untold one', error(500), { state: 'unknown' }],
])('the webhook address: %s', (_, endpoint, expected) => {
  expect(found({ endpoint }).get('subscription')).toMatchObject(expected);
});

test('a switch that only a person can turn', () => {
  const finding = found({ endpoint: ok({ endpoint: OURS, active: false }) }).get('use_webhook');
  expect(finding).toMatchObject({ state: 'broken', advice: expect.stringContaining('Console') as string });
  expect(finding).not.toHaveProperty('repair');
  expect(found({ endpoint: ok({ endpoint: OURS }) }).get('use_webhook')).toMatchObject({ state: 'unknown' });
});

test('colleagues who answer in LINE’s own manager are not seen here', () => {
  expect(found({ info: ok({ chatMode: 'chat' }) }).get('chat_mode')).toMatchObject({ state: 'warning' });
});

test.each<[string, object, object, string]>([
  ['room', { type: 'limited', value: 200 }, { totalUsage: 159 }, 'ok'],
  ['four fifths', { type: 'limited', value: 200 }, { totalUsage: 160 }, 'warning'],
  ['used up', { type: 'limited', value: 200 }, { totalUsage: 200 }, 'broken'],
  ['nothing to use', { type: 'limited', value: 0 }, { totalUsage: 0 }, 'broken'],
  ['no limit', { type: 'none' }, { totalUsage: 7_000 }, 'ok'],
  ['no word', { type: 'limited' }, { totalUsage: 3 }, 'unknown'],
])('the month’s messages: %s', (_, quota, used, state) => {
  expect(found({ quota: ok({ ...quota }), used: ok({ ...used }) }).get('quota')).toMatchObject({ state });
});

test('a quota LINE does not tell', () => {
  expect(found({ used: error(500) }).get('quota')).toMatchObject({ state: 'unknown' });
});
