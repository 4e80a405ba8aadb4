import type { Finding } from '#messenger-kit';
import { inspectPage, type PageAnswers } from './inspection.js';
import { FIELDS } from './subscriptions.js';
import { TokenFacts } from '../meta/token-facts.js';

const PAGE = '108326419507742';
const NOW = new Date('2026-11-22T10:00:00Z');
const WEBHOOK = 'https://chat.example.com/webhooks/facebook/k';
const seconds = (days: number) => Math.floor(NOW.getTime() / 1000) + days * 86_400;
const token = {
  is_valid: true,
  type: 'PAGE',
  scopes: ['pages_messaging', 'pages_manage_metadata'],
  expires_at: 0,
  data_access_expires_at: seconds(60),
};
const app = { kind: 'ok', callbackUrl: WEBHOOK, active: true, fields: FIELDS } as const;
const factsOf = (change: object) => ({ kind: 'ok', facts: new TokenFacts({ ...token, ...change }) }) as const;
const fine: PageAnswers = { facts: factsOf({}), page: { kind: 'ok', missing: [], others: [] }, app };

function found(change: Partial<PageAnswers> = {}): Map<string, Finding> {
  const findings = inspectPage(PAGE, { ...fine, ...change }, { webhookUrl: WEBHOOK, delivery: 'webhook', now: NOW });
  for (const { sentence, advice = sentence } of findings) {
    expect(sentence).toMatch(/^\p{L}.*[.]$/u);
    expect(advice).toMatch(/^\p{L}.*[.]$/u);
  }
  return new Map(findings.map((finding) => [finding.code, finding]));
}

interface Expected {
  readonly state?: string;
  readonly sentence?: RegExp;
  readonly repair?: string;
}

test('a Page in order', () => {
  const states = [...found().values()].map(({ state }) => state);
  expect(states).toHaveLength(8);
  expect(new Set(states)).toEqual(new Set(['ok']));
});

test.each<[string, object, string, Expected]>([
  ['revoked', { is_valid: false, error: { subcode: 460 } }, 'credential', { state: 'broken', sentence: /password/ }],
  ['expired', { is_valid: false, error: { subcode: 463 } }, 'credential', { state: 'broken', sentence: /expired/ }],
  ['of somebody without a role', { is_valid: false, error: { subcode: 492 } }, 'role', { state: 'broken' }],
  [
    'without a permission',
    { scopes: ['pages_messaging'] },
    'permissions',
    { state: 'broken', sentence: /pages_manage_metadata \(without it/ },
  ],
  ['that ends soon', { expires_at: seconds(3) }, 'token_expiry', { state: 'warning', sentence: /in 3 days/ }],
  ['that ends later', { expires_at: seconds(30) }, 'token_expiry', { state: 'ok', sentence: /2026-12-22/ }],
  ['whose data access ends soon', { data_access_expires_at: seconds(13) }, 'data_access_expiry', { state: 'warning' }],
  ['whose data access is over', { data_access_expires_at: seconds(-1) }, 'data_access_expiry', { state: 'broken' }],
])('a token %s', (_, change, code, expected) => {
  expectFinding(found({ facts: factsOf(change) }).get(code), expected);
});

test.each<[string, Partial<PageAnswers>, string, Expected]>([
  [
    'unsubscribed',
    { page: { kind: 'ok', missing: FIELDS, others: [] } },
    'page_subscription',
    { state: 'broken', repair: 'harmless', sentence: /any more/ },
  ],
  [
    'without reactions',
    { page: { kind: 'ok', missing: ['message_reactions'], others: [] } },
    'page_subscription',
    { state: 'warning', repair: 'harmless', sentence: /message_reactions/ },
  ],
  [
    'that another app receives too',
    { page: { kind: 'ok', missing: [], others: ['Other CRM'] } },
    'other_receivers',
    { state: 'warning', sentence: /Other CRM/ },
  ],
  ['that does not tell', { page: { kind: 'unreadable', status: 502 } }, 'page_subscription', { state: 'unknown' }],
])('a Page %s', (_, change, code, expected) => {
  expectFinding(found(change).get(code), expected);
});

test.each<[string, object, Expected]>([
  ['no callback', { callbackUrl: undefined, fields: [] }, { repair: 'harmless' }],
  ['its callback switched off', { active: false }, { repair: 'harmless', sentence: /switched/ }],
  ['not all fields', { fields: ['messages'] }, { repair: 'harmless', sentence: /standby/ }],
  ['our old address', { callbackUrl: WEBHOOK.replace('chat', 'old') }, { repair: 'harmless', sentence: /old address/ }],
  [
    'another system',
    { callbackUrl: 'https://crm.example.net/hooks/4711' },
    { repair: 'takes_over', sentence: /crm\.example\.net,/ },
  ],
])('an app with %s', (_, change, expected) => {
  expectFinding(found({ app: { ...app, ...change } }).get('app_subscription'), { state: 'broken', ...expected });
});

test('a wrong app secret is told as that, and no more is guessed', () => {
  const error = { code: 190, subcode: undefined, isTransient: false };
  const findings = found({ facts: { kind: 'error', error, headers: {} } });
  expect([...findings.values()].map(({ code, state }) => [code, state])).toEqual([
    ['app_secret', 'broken'],
    ['credential', 'unknown'],
  ]);
});

function expectFinding(finding: Finding | undefined, { sentence = /./, ...expected }: Expected): void {
  expect(finding).toMatchObject({ ...expected, sentence: expect.stringMatching(sentence) as string });
}
