import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FIELDS } from './business-account.js';
import { WhatsAppMessenger } from './whatsapp.messenger.js';

const NUMBER = '116204873915508';
const ACCOUNT = '129473058216640';
const APP = '287451903362718';
const TOKEN = 'EAATestSystemUserToken';
const SCOPES = ['whatsapp_business_messaging', 'whatsapp_business_management'];
const request = {
  credentials: { phoneNumberId: NUMBER, accessToken: TOKEN },
  webhookUrl: 'https://chat.example.com/webhooks/whatsapp/k',
  webhookSecret: '',
};
const kept = { phoneNumberId: NUMBER, accessToken: TOKEN, accountId: ACCOUNT };
const channel = { channelId: 'c1', messenger: 'whatsapp', source: NUMBER, credentials: kept };
const granular = SCOPES.map((scope) => ({ scope, target_ids: ['999', ACCOUNT] }));
const goodToken = { app_id: APP, type: 'SYSTEM_USER', is_valid: true, scopes: SCOPES, granular_scopes: granular };
let network: ScriptedServer;
let http: GuardedHttp;
/** What Meta knows. */
let token: object;
let numbers: string[];
let subscribed: unknown;
let app: object[];
let number: object;

const callback = (change: object = {}): object => ({
  object: 'whatsapp_business_account',
  callback_url: request.webhookUrl,
  active: true,
  fields: FIELDS.map((name) => ({ name, version: 'v26.0' })),
  ...change,
});
const json = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) });

beforeEach(async () => {
  token = goodToken;
  numbers = [NUMBER];
  subscribed = { data: [{ whatsapp_business_api_data: { id: APP, name: 'Parley' } }] };
  app = [{ object: 'page', callback_url: 'https://page.example.com' }, callback()];
  number = {
    id: NUMBER,
    verified_name: 'Corner store',
    display_phone_number: '+1 555-014-2786',
    platform_type: 'CLOUD_API',
  };
  network = await aScriptedServer(({ url, method }) => {
    const path = url.split('?')[0];
    if (path === `/v26.0/${NUMBER}`) return json(number);
    if (path === '/v26.0/debug_token') return json({ data: token });
    if (path === '/v26.0/999/phone_numbers') return json({ error: { code: 100 } }, 400);
    if (path === `/v26.0/${ACCOUNT}/phone_numbers`) return json({ data: numbers.map((id) => ({ id })) });
    if (path === `/v26.0/${APP}/subscriptions` && method === 'GET') return json({ data: app });
    if (path === `/v26.0/${ACCOUNT}/subscribed_apps` && method === 'GET') return json(subscribed);
    return json({ success: true });
  });
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const registration = () =>
  new WhatsAppMessenger({ graphUrl: network.url, appId: APP, appSecret: 's1 s0', verifyToken: 'word' }, http)
    .registration;
const changes = () =>
  network.calls.filter(({ method }) => method !== 'GET').map(({ method, url }) => [method, url.split('?')[0]]);

test('connecting finds the account, checks the token and subscribes the account', async () => {
  expect(await registration().connect(request)).toEqual({
    kind: 'connected',
    source: NUMBER,
    name: 'Corner store +1 555-014-2786',
    credentials: kept,
  });
  expect(changes()).toEqual([['POST', `/v26.0/${ACCOUNT}/subscribed_apps`]]);
  expect(network.calls.every(({ url }) => /[?&]appsecret_proof=[0-9a-f]{64}/.test(url))).toBe(true);
});

test.each<[string, () => void, string]>([
  ['a dead token', () => (token = { is_valid: false }), 'token_invalid'],
  ['a token of another app', () => (token = { ...goodToken, app_id: '1' }), 'other_app'],
  ['a token that may not send', () => (token = { ...goodToken, scopes: SCOPES.slice(1) }), 'permission_missing'],
  ['a token that names no account', () => (token = { ...goodToken, granular_scopes: [] }), 'account_unknown'],
  ['a token for accounts without the number', () => (numbers = ['7']), 'account_unknown'],
  [
    'a token that may manage the account, but not send for it',
    () => (token = { ...goodToken, granular_scopes: [{ scope: SCOPES[0], target_ids: ['1'] }, granular[1]] }),
    'permission_missing',
  ],
])('%s is refused, nothing is subscribed', async (_, change, code) => {
  change();
  const verdict = await registration().connect(request);
  expect(verdict).toMatchObject({ kind: 'refused', code, sentence: expect.stringMatching(/^\p{L}.*\.$/u) as string });
  expect(changes()).toEqual([]);
});

test('a number itself in place of its id is told from it before anybody is asked', async () => {
  const credentials = { ...request.credentials, phoneNumberId: '+15550142786' };
  expect(await registration().identify(credentials)).toMatchObject({ code: 'number_id_malformed' });
  expect(network.calls).toEqual([]);
});

test('a number the token does not reach is said to be that', async () => {
  const script = network.script;
  network.script = (call, calls) =>
    call.url.startsWith(`/v26.0/${NUMBER}?`)
      ? json({ error: { code: 100, error_subcode: 33 } }, 400)
      : script(call, calls);
  expect(await registration().identify(request.credentials)).toMatchObject({ code: 'number_unknown' });
});

test('a token of another app is told as that, though our proof of it is what Meta refuses first', async () => {
  token = { ...goodToken, app_id: '1' };
  const script = network.script;
  const error = { code: 100, message: 'Invalid appsecret_proof provided in the API argument' };
  network.script = (call, calls) => (call.url.includes('/debug_token?') ? script(call, calls) : json({ error }, 400));
  expect(await registration().identify(request.credentials)).toMatchObject({ code: 'other_app' });
});

test.each<[string, number, object, string]>([
  ['not there', 502, {}, 'messenger_failed'],
  ['limiting calls', 400, { error: { code: 80008 } }, 'messenger_refused'],
])('where WhatsApp is %s, no account is said to be missing', async (_, status, body, code) => {
  const script = network.script;
  network.script = (call, calls) =>
    call.url.startsWith(`/v26.0/${ACCOUNT}/phone_numbers?`) ? json(body, status) : script(call, calls);
  expect(await registration().identify(request.credentials)).toMatchObject({ kind: 'refused', code });
});

test('an app without a callback for WhatsApp is pointed to us; the one for Pages stays', async () => {
  app = [app[0]!];
  expect(await registration().connect(request)).toMatchObject({ kind: 'connected' });
  const set = network.calls.find(({ method, url }) => method === 'POST' && url.includes('/subscriptions'));
  expect(JSON.parse(set?.body ?? '')).toMatchObject({
    object: 'whatsapp_business_account',
    callback_url: request.webhookUrl,
    verify_token: 'word',
    fields: FIELDS.join(','),
  });
});

test('an app that delivers to another system is left alone until that is confirmed', async () => {
  app = [callback({ callback_url: 'https://crm.example.net/hooks/4711' })];
  expect(await registration().connect(request)).toMatchObject({ kind: 'refused', code: 'in_use_elsewhere' });
  expect(changes()).toEqual([]);
  expect(await registration().connect({ ...request, takeOver: true })).toMatchObject({ kind: 'connected' });
});

test('an account that delivers to an address of its own is left alone until that is confirmed', async () => {
  subscribed = { data: [{ whatsapp_business_api_data: { id: APP }, override_callback_uri: 'https://x.example' }] };
  expect(await registration().connect(request)).toMatchObject({ kind: 'refused', code: 'in_use_elsewhere' });
  expect(changes()).toEqual([]);
  expect(await registration().connect({ ...request, takeOver: true })).toMatchObject({ kind: 'connected' });
});

test('disconnecting unsubscribes the account, unless it has other numbers', async () => {
  await registration().disconnect(channel);
  expect(changes()).toEqual([['DELETE', `/v26.0/${ACCOUNT}/subscribed_apps`]]);
  numbers = [NUMBER, '7'];
  await registration().disconnect(channel);
  expect(changes()).toHaveLength(1);
});

test.each<[string, number, object]>([
  ['unavailable', 500, { code: 2, message: 'Service temporarily unavailable', is_transient: true }],
  ['limiting calls', 400, { code: 80008, message: 'Too many calls of this account' }],
])('as long as WhatsApp is %s the account is not taken for disconnected', async (_, status, error) => {
  const script = network.script;
  network.script = () => json({ error }, status);
  await expect(registration().disconnect(channel)).rejects.toThrow('WhatsApp');
  network.script = (call, calls) => (call.method === 'DELETE' ? json({ error }, status) : script(call, calls));
  await expect(registration().disconnect(channel)).rejects.toThrow('WhatsApp');
});

test('with a dead token there is nothing left to disconnect', async () => {
  network.script = () => json({ error: { code: 190, message: 'Error validating access token' } }, 400);
  await expect(registration().disconnect(channel)).resolves.toBeUndefined();
});

test('without an app WhatsApp says what to set', () => {
  const bare = new WhatsAppMessenger({}, http).registration;
  expect(bare.unavailable()).toMatch(/^WhatsApp is not configured: set PARLEY_META_APP_ID/);
  expect(bare.appSecrets()).toEqual({ signing: [] });
  expect(registration().appSecrets()).toEqual({ signing: ['s1', 's0'], verifyToken: 'word' });
});

async function found(): Promise<Map<string, { state: string; repair?: string; sentence: string }>> {
  const now = new Date('2026-11-22T10:00:00Z');
  const inspection = { webhookUrl: request.webhookUrl, delivery: 'webhook', now } as const;
  const findings = await registration().inspect(channel, inspection);
  for (const { sentence, advice = sentence } of findings) {
    expect([sentence, advice]).toEqual([sentence, advice].map(() => expect.stringMatching(/^\p{L}.*\.$/u) as string));
  }
  return new Map(findings.map((finding) => [finding.code, finding]));
}

test('a number in order', async () => {
  expect([...(await found()).values()].map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'ok'));
});

test.each<[string, () => void, string, object]>([
  ['a dead token', () => (token = { is_valid: false }), 'credential', { state: 'broken' }],
  ['a permission taken away', () => (token = { ...goodToken, scopes: [] }), 'permissions', { state: 'broken' }],
  [
    'a token that ends soon',
    () => (token = { ...goodToken, expires_at: Date.UTC(2026, 10, 25) / 1000 }),
    'token_expiry',
    { state: 'warning' },
  ],
  [
    'an account unsubscribed',
    () => (subscribed = { data: [] }),
    'account_subscription',
    { state: 'broken', repair: 'harmless' },
  ],
  [
    'an account with an address of its own',
    () =>
      (subscribed = {
        data: [{ whatsapp_business_api_data: { id: APP }, override_callback_uri: 'https://x.example' }],
      }),
    'account_subscription',
    { state: 'broken', repair: 'takes_over' },
  ],
  [
    'another system that listens',
    () => (subscribed = { data: [{ whatsapp_business_api_data: { id: '5', name: 'Other CRM' } }] }),
    'other_receivers',
    { state: 'warning', sentence: expect.stringContaining('Other CRM') as string },
  ],
  ['no callback', () => (app = []), 'app_subscription', { state: 'broken', repair: 'harmless' }],
  [
    'a number not registered',
    () => (number = { id: NUMBER, platform_type: 'NOT_APPLICABLE' }),
    'number',
    { state: 'broken' },
  ],
  ['a number people report', () => (number = { id: NUMBER, quality_rating: 'RED' }), 'number', { state: 'warning' }],
])('the doctor finds %s', async (_, change, code, finding) => {
  change();
  expect((await found()).get(code)).toMatchObject(finding);
});

test('a wrong app secret is told as that', async () => {
  network.script = () => json({ error: { code: 190 } }, 401);
  expect((await found()).get('app_secret')).toMatchObject({ state: 'broken' });
});
