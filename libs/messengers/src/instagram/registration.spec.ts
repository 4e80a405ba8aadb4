import { fingerprint, GuardedHttp, type Finding } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FIELDS } from './account.js';
import { InstagramMessenger } from './instagram.messenger.js';

const ACCOUNT = '17841906253847113';
const APP = '624180937255108';
const TOKEN = 'IGAATestUserToken';
const NOW = new Date('2026-11-22T10:00:00Z');
const DAY = 24 * 3_600_000;
const request = {
  credentials: { accessToken: TOKEN },
  webhookUrl: 'https://chat.example.com/webhooks/instagram/k',
  webhookSecret: '',
};
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString();
/** What is kept of the token that was renewed. */
const GIVEN = { givenToken: fingerprint(TOKEN), givenSince: inDays(-20) };
const channel = (credentials: Readonly<Record<string, string>> = {}) => ({
  channelId: 'c1',
  messenger: 'instagram',
  source: ACCOUNT,
  credentials: { accessToken: TOKEN, tokenSince: inDays(-20), tokenEndsAt: inDays(40), ...credentials },
});
const json = (body: unknown, status = 200) => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const dead = { error: { code: 190, error_subcode: 463, message: 'Session has expired' } };
let network: ScriptedServer;
let http: GuardedHttp;
/** What Instagram says. */
let me: unknown;
let apps: object[];
let refreshed: ReturnType<typeof json>;

beforeEach(async () => {
  me = `{"user_id":${ACCOUNT},"id":"26518490713364820","username":"corner.store","name":"Corner store","profile_picture_url":"https://cdn.example.com/t51/p.jpg?oe=1"}`;
  apps = [{ id: APP, name: 'Parley', subscribed_fields: FIELDS }];
  refreshed = json({ access_token: 'IGAAfresh', token_type: 'bearer', expires_in: 5_184_000 });
  network = await aScriptedServer(({ url, method }) => {
    const path = url.split('?')[0];
    if (path === '/v26.0/me') return json(me, typeof me === 'object' && me !== null && 'error' in me ? 400 : 200);
    if (path === '/refresh_access_token') return refreshed;
    if (path === `/v26.0/${ACCOUNT}/subscribed_apps` && method === 'GET') return json({ data: apps });
    return json({ success: true });
  });
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const settings = { appId: APP, appSecret: 's1 s0', verifyToken: 'word' };
const registration = (change: object = {}) =>
  new InstagramMessenger({ graphUrl: network.url, ...settings, ...change }, http).registration;
const changes = () =>
  network.calls.filter(({ method }) => method !== 'GET').map(({ method, url }) => `${method} ${url}`);

test('connecting asks whose token it is, by the id of webhooks, and subscribes the account', async () => {
  const before = Date.now();
  const verdict = await registration().connect(request);
  expect(verdict).toMatchObject({ kind: 'connected', source: ACCOUNT, name: 'Corner store' });
  const { credentials } = verdict as { credentials: Record<string, string> };
  expect(credentials).toMatchObject({ accessToken: TOKEN, appScopedId: '26518490713364820' });
  expect(Date.parse(credentials['tokenSince']!)).toBeGreaterThanOrEqual(before);
  expect(changes()).toEqual([`POST /v26.0/${ACCOUNT}/subscribed_apps?subscribed_fields=${FIELDS.join('%2C')}`]);
  expect(network.calls.every(({ url }) => !url.includes(TOKEN))).toBe(true);
});

test.each<[string, unknown, object]>([
  ['one id', { id: ACCOUNT, username: 'corner.store' }, { kind: 'connected', source: ACCOUNT, name: 'corner.store' }],
  [
    'both ids within a list',
    { data: [{ user_id: ACCOUNT, id: '2651', username: 'corner.store' }] },
    { kind: 'connected', source: ACCOUNT, name: 'corner.store', credentials: { appScopedId: '2651' } },
  ],
  ['no id', { username: 'corner.store' }, { kind: 'refused', code: 'messenger_failed' }],
  ['a dead token', dead, { kind: 'refused', code: 'token_invalid' }],
  ['a missing permission', { error: { code: 200 } }, { kind: 'refused', code: 'permission_missing' }],
])('told %s', async (_, answer, expected) => {
  me = answer;
  expect(await registration().connect(request)).toMatchObject(expected);
});

test('without an app it says what to set; calls under either product’s secret are taken', () => {
  const bare = new InstagramMessenger({}, http).registration;
  expect(bare.unavailable()).toMatch(/^Instagram is not configured: set PARLEY_INSTAGRAM_APP_ID/);
  expect(bare.appSecrets()).toEqual({ signing: [], staying: 0 });
  expect(registration({ metaAppId: '1', metaAppSecret: 'm1 m0' }).appSecrets()).toEqual({
    signing: ['s1', 'm1', 's0', 'm0'],
    staying: 2,
    verifyToken: 'word',
  });
});

test('disconnecting unsubscribes the account; a dead token has nothing to stop, a busy network does', async () => {
  await registration().disconnect(channel());
  expect(changes()).toEqual([`DELETE /v26.0/${ACCOUNT}/subscribed_apps`]);
  network.script = () => json(dead, 400);
  await expect(registration().disconnect(channel())).resolves.toBeUndefined();
  network.script = () => json({ error: { code: 80002 } }, 400);
  await expect(registration().disconnect(channel())).rejects.toThrow('Instagram');
  network.script = () => json('<html>', 502);
  await expect(registration().disconnect(channel())).rejects.toThrow('Instagram');
});

test('its picture is the same as long as it lies in the same place', async () => {
  expect(await registration().picture(channel())).toEqual({
    reference: 'https://cdn.example.com/t51/p.jpg?oe=1',
    version: '/t51/p.jpg',
  });
  me = { user_id: ACCOUNT };
  expect(await registration().picture(channel())).toBeUndefined();
  me = dead;
  await expect(registration().picture(channel())).rejects.toThrow('Instagram');
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['half of its life is left', { tokenEndsAt: inDays(31) }, 'not_due'],
  ['less than half of its life is left', { tokenEndsAt: inDays(30) }, 'renewed'],
  ['it is of today', { tokenSince: inDays(-0.9), tokenEndsAt: inDays(2) }, 'not_due'],
  ['nobody knows its end, and it is of today', { tokenSince: inDays(-0.9), tokenEndsAt: '' }, 'not_due'],
  ['nobody knows its end, a day later', { tokenSince: inDays(-1), tokenEndsAt: '' }, 'renewed'],
  ['it has ended', { tokenEndsAt: inDays(-0.1) }, 'refused'],
])('a token is renewed or not when %s', async (_, credentials, kind) => {
  expect(await registration().renew(channel(credentials), NOW)).toMatchObject({ kind });
  expect(network.calls).toHaveLength(kind === 'renewed' ? 1 : 0);
});

test('a token that is registered again is as old as it was', async () => {
  const known = { ...channel().credentials, appScopedId: '26518490713364820' };
  expect(await registration().connect({ ...request, known })).toMatchObject({ kind: 'connected', credentials: known });
});

test('a renewed token is kept with its end, in place of the old one', async () => {
  const credentials = { tokenEndsAt: inDays(10), appScopedId: '26518490713364820' };
  expect(await registration().renew(channel(credentials), NOW)).toEqual({
    kind: 'renewed',
    credentials: {
      accessToken: 'IGAAfresh',
      appScopedId: '26518490713364820',
      tokenSince: NOW.toISOString(),
      tokenEndsAt: inDays(60),
      ...GIVEN,
    },
  });
  const { searchParams } = new URL(network.calls[0]!.url, network.url);
  expect(Object.fromEntries(searchParams)).toEqual({ grant_type: 'ig_refresh_token', access_token: TOKEN });
});

test('a renewed token whose end is not told has no end known, and not that of the old one', async () => {
  refreshed = json({ access_token: 'IGAAfresh', token_type: 'bearer' });
  expect(await registration().renew(channel({ tokenEndsAt: inDays(10) }), NOW)).toEqual({
    kind: 'renewed',
    credentials: { accessToken: 'IGAAfresh', tokenSince: NOW.toISOString(), ...GIVEN },
  });
});

test.each<[string, ReturnType<typeof json>, string | undefined]>([
  ['a dead token', json(dead, 400), 'token_ended'],
  ['a private account', json({ error: { code: 10 } }, 400), 'renewal_refused'],
  ['a busy network', json({ error: { code: 2 } }, 500), undefined],
  ['no readable answer', json('<html>', 502), undefined],
])('renewing at %s', async (_, answer, code) => {
  refreshed = answer;
  const renewing = registration().renew(channel({ tokenEndsAt: inDays(5) }), NOW);
  if (code === undefined) return expect(renewing).rejects.toThrow('Instagram');
  expect(await renewing).toMatchObject({
    kind: 'refused',
    code,
    sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string,
  });
});

async function found(credentials: Readonly<Record<string, string>> = {}): Promise<Map<string, Finding>> {
  const findings = await registration().inspect(channel(credentials), {
    webhookUrl: '',
    delivery: 'webhook',
    now: NOW,
  });
  for (const { sentence, advice = sentence } of findings) {
    expect([sentence, advice]).toEqual([sentence, advice].map(() => expect.stringMatching(/^\p{L}.*\.$/u) as string));
  }
  return new Map(findings.map((finding) => [finding.code, finding]));
}

test('an account in order', async () => {
  expect([...(await found()).values()].map(({ code, state }) => [code, state])).toEqual([
    ['credential', 'ok'],
    ['token_expiry', 'ok'],
    ['permissions', 'ok'],
    ['account_subscription', 'ok'],
    ['usage', 'ok'],
  ]);
});

test('the end of a token is told ten days ahead, and afterwards what to do', async () => {
  expect((await found({ tokenEndsAt: inDays(10) })).get('token_expiry')).toMatchObject({ state: 'ok' });
  expect((await found({ tokenEndsAt: inDays(9.5) })).get('token_expiry')).toMatchObject({
    state: 'warning',
    sentence: expect.stringContaining('in 9 days') as string,
    advice: expect.stringContaining('Sign in') as string,
  });
  expect((await found({ tokenEndsAt: '' })).get('token_expiry')).toMatchObject({ state: 'unknown' });
  me = dead;
  expect((await found({ tokenEndsAt: inDays(-1) })).get('credential')).toMatchObject({
    state: 'broken',
    sentence: expect.stringContaining('it ended on 2026-11-21') as string,
    advice: expect.stringContaining('Sign in') as string,
  });
});

test.each<[string, () => void, string, object]>([
  ['a revoked token', () => (me = dead), 'credential', { state: 'broken' }],
  ['a token of another account', () => (me = { user_id: '1' }), 'credential', { state: 'broken' }],
  ['no answer about the token', () => (me = '<html>'), 'credential', { state: 'unknown' }],
  ['nothing subscribed', () => (apps = []), 'account_subscription', { state: 'broken', repair: 'harmless' }],
  [
    'a field less',
    () => (apps = [{ id: APP, subscribed_fields: FIELDS.slice(0, -1) }]),
    'account_subscription',
    { state: 'warning', repair: 'harmless' },
  ],
  [
    'another receiver',
    () => apps.push({ id: '1', name: 'Old CRM', subscribed_fields: ['messages'] }),
    'other_receivers',
    { state: 'warning', sentence: expect.stringContaining('Old CRM') as string },
  ],
])('the doctor sees %s', async (_, change, code, expected) => {
  change();
  expect((await found()).get(code)).toMatchObject(expected);
});

test('the doctor sees that access to messages is switched off', async () => {
  const { script } = network;
  network.script = (call, calls) =>
    call.url.includes('/subscribed_apps') ? json({ error: { code: 200 } }, 403) : script(call, calls);
  const findings = await found();
  expect(findings.get('permissions')).toMatchObject({
    state: 'broken',
    advice: expect.stringContaining('Connected tools') as string,
  });
  expect(findings.get('account_subscription')).toMatchObject({ state: 'unknown' });
});
