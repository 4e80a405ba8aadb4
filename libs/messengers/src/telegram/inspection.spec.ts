import type { Finding } from '#messenger-kit';
import { ALLOWED_UPDATES } from './allowed-updates.js';
import type { BotAnswer } from './bot-api.js';
import { inspectBot } from './inspection.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const WEBHOOK = 'https://chat.example.com/webhooks/telegram/k';
const me: BotAnswer = { kind: 'ok', result: { id: 1 } };
const info = { url: WEBHOOK, pending_update_count: 0, allowed_updates: ALLOWED_UPDATES };
const ago = (minutes: number) => Math.floor(NOW.getTime() / 1000) - minutes * 60;

function found(change: object = {}, answer: BotAnswer = me, delivery: 'webhook' | 'polling' = 'webhook', more = {}) {
  const webhook: BotAnswer = { kind: 'ok', result: { ...info, ...change } };
  const findings = inspectBot({ me: answer, webhook }, { webhookUrl: WEBHOOK, delivery, now: NOW, ...more });
  for (const { sentence } of findings) expect(sentence).toMatch(/^[\p{L}\d].*[.]$/u);
  return new Map<string, Finding>(findings.map((finding) => [finding.code, finding]));
}

test('a bot in order; which secret Telegram has it does not tell', () => {
  expect([...found().values()].map(({ code, state }) => [code, state])).toEqual([
    ['credential', 'ok'],
    ['subscription', 'ok'],
    ['signature_secret', 'unknown'],
    ['delivery', 'ok'],
  ]);
});

test('a secret that was replaced and is still used is set again', () => {
  const finding = found({}, me, 'webhook', { usesReplacedSecret: true }).get('signature_secret');
  expect(finding).toMatchObject({ state: 'warning', repair: 'harmless' });
});

test.each<[string, object, string, object]>([
  ['gone', { url: '' }, 'subscription', { state: 'broken', repair: 'harmless' }],
  [
    'another system’s',
    { url: 'https://crm.example.net/4711' },
    'subscription',
    { state: 'broken', repair: 'takes_over' },
  ],
  ['our old address', { url: WEBHOOK.replace('chat', 'old') }, 'subscription', { state: 'broken', repair: 'harmless' }],
  ['the default kinds', { allowed_updates: undefined }, 'subscription', { state: 'warning', repair: 'harmless' }],
  [
    'refused for its secret',
    { last_error_date: ago(5), last_error_message: 'Wrong response from the webhook: 401 Unauthorized' },
    'signature_secret',
    { state: 'broken', repair: 'harmless' },
  ],
  [
    'failing',
    { last_error_date: ago(5), last_error_message: 'Connection timed out', pending_update_count: 3 },
    'delivery',
    { state: 'broken' },
  ],
  [
    'failing, made up for since',
    { last_error_date: ago(5), last_error_message: 'Connection timed out' },
    'delivery',
    { state: 'warning' },
  ],
  [
    'failing long ago',
    { last_error_date: ago(90), last_error_message: 'Connection timed out' },
    'delivery',
    { state: 'ok' },
  ],
  ['slow', { pending_update_count: 500 }, 'delivery', { state: 'warning' }],
])('a webhook that is %s', (_, change, code, expected) => {
  expect(found(change).get(code)).toMatchObject(expected);
});

test('another system is named by its host alone', () => {
  const { sentence = '' } = found({ url: 'https://crm.example.net/4711' }).get('subscription') ?? {};
  expect(sentence).toContain('crm.example.net');
  expect(sentence).not.toContain('4711');
});

test.each([401, 404])('a token that is answered %s is dead, and nothing else is said', (code) => {
  const findings = found({}, { kind: 'error', code, description: '' });
  expect([...findings.values()]).toMatchObject([{ code: 'credential', state: 'broken' }]);
});

test('a polled bot must have no webhook', () => {
  expect(found({ url: '' }, me, 'polling').get('subscription')).toMatchObject({ state: 'ok' });
  expect(found({ url: 'https://crm.example.net/4711' }, me, 'polling').get('subscription')).toMatchObject({
    state: 'broken',
    repair: 'takes_over',
  });
});

test('the default set, which Telegram does not name, leaves out reactions and nothing else of ours', () => {
  const sentence = 'The bot’s webhook leaves out message_reaction: these events do not arrive.';
  expect(found({ allowed_updates: undefined }).get('subscription')).toMatchObject({ sentence });
});
