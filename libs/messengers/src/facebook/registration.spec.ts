import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';
import { FIELDS } from './subscriptions.js';

const PAGE = '108326419507742';
const APP = '287451903362718';
const TOKEN = 'EAATestPageToken';
const request = { credentials: { pageToken: TOKEN }, webhookUrl: 'https://chat.example.com/w/k', webhookSecret: '' };
const account = { channelId: 'c1', messenger: 'facebook', source: PAGE, credentials: { pageToken: TOKEN } };
const goodToken = {
  app_id: APP,
  type: 'PAGE',
  is_valid: true,
  profile_id: PAGE,
  scopes: ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'],
};
const settings = { graphVersion: 'v26.0', appId: APP, appSecret: 'app_secret_1', verifyToken: 'word' };
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const facebook = (change: object = {}): FacebookMessenger =>
  new FacebookMessenger({ ...settings, graphUrl: network.url, ...change }, http);

const json = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) });
const callback = (change: object = {}) => ({
  object: 'page',
  callback_url: request.webhookUrl,
  active: true,
  fields: FIELDS.map((name) => ({ name, version: 'v26.0' })),
  ...change,
});

/** Meta, knowing one Page, one token and the app's callback. */
function answering(token: object, subscribed: unknown = { success: true }, app: object[] = [callback()]): void {
  network.script = ({ url, method }) => {
    if (url.startsWith('/v26.0/me?')) return json({ id: PAGE, name: 'Corner store' });
    if (url.startsWith('/v26.0/debug_token?')) return json({ data: token });
    if (url.startsWith(`/v26.0/${APP}/subscriptions`) && method === 'GET') return json({ data: app });
    return json(subscribed);
  };
}
const posted = (edge: string) => network.calls.filter(({ method, url }) => method === 'POST' && url.includes(edge));

test('connecting checks the token and subscribes the Page', async () => {
  answering(goodToken);
  expect(await facebook().registration.connect(request)).toEqual({
    kind: 'connected',
    source: PAGE,
    name: 'Corner store',
    credentials: { pageToken: TOKEN },
  });
  const [, inspected, app, subscribed] = network.calls;
  expect(network.calls).toHaveLength(4);
  expect(app?.headers['authorization']).toBe(`Bearer ${APP}|app_secret_1`);
  expect(network.calls.every(({ url }) => /[?&]appsecret_proof=[0-9a-f]{64}/.test(url))).toBe(true);
  expect(inspected?.headers['authorization']).toBe(`Bearer ${APP}|app_secret_1`);
  expect(inspected?.url).toContain(`input_token=${TOKEN}`);
  expect(subscribed?.method).toBe('POST');
  expect(subscribed?.url).toContain(
    `/v26.0/${PAGE}/subscribed_apps?subscribed_fields=messages%2Cmessaging_postbacks%2C`,
  );
});

test.each<[string, object, string]>([
  ['a dead token', { is_valid: false, error: { code: 190 } }, 'token_invalid'],
  ['a token of another app', { ...goodToken, app_id: '1' }, 'other_app'],
  ['a user token', { ...goodToken, type: 'USER' }, 'not_a_page_token'],
  ['a token of another Page', { ...goodToken, profile_id: '2' }, 'not_a_page_token'],
  ['a token that may not send', { ...goodToken, scopes: ['pages_manage_metadata'] }, 'permission_missing'],
  [
    'a token for other Pages',
    { ...goodToken, granular_scopes: [{ scope: 'pages_messaging', target_ids: ['1'] }] },
    'permission_missing',
  ],
])('%s is refused, the Page is not subscribed', async (_, token, code) => {
  answering(token);
  expect(await facebook().registration.connect(request)).toMatchObject({ kind: 'refused', code });
  expect(network.calls).toHaveLength(2);
});

test('a token that names this Page among others is taken', async () => {
  answering({ ...goodToken, granular_scopes: [{ scope: 'pages_messaging', target_ids: ['1', PAGE] }, { scope: 'x' }] });
  expect(await facebook().registration.connect(request)).toMatchObject({ kind: 'connected' });
});

test('all that becomes an event is subscribed', async () => {
  answering(goodToken);
  await facebook().registration.connect(request);
  const query = new URL(network.calls[3]?.url ?? '', network.url).searchParams;
  expect(query.get('subscribed_fields')?.split(',').sort()).toEqual([
    'message_deliveries',
    'message_echoes',
    'message_edits',
    'message_reactions',
    'message_reads',
    'messages',
    'messaging_handovers',
    'messaging_optins',
    'messaging_optouts',
    'messaging_policy_enforcement',
    'messaging_postbacks',
    'messaging_referrals',
    'standby',
  ]);
});

test('a subscription Meta does not confirm is refused', async () => {
  answering(goodToken, { success: false });
  expect(await facebook().registration.connect(request)).toMatchObject({ kind: 'refused', code: 'messenger_failed' });
});

test.each<[string, object[]]>([
  ['no callback', []],
  ['a callback that was switched off', [callback({ active: false })]],
  ['a callback without all fields', [callback({ fields: [{ name: 'messages' }, { name: 'feed' }] })]],
  ['our callback at a former address', [callback({ callback_url: 'https://old.example.com/w/k' })]],
])('an app with %s is pointed to us, and keeps what else it wants', async (_, app) => {
  answering(goodToken, { success: true }, app);
  expect(await facebook().registration.connect(request)).toMatchObject({ kind: 'connected' });
  const [set] = posted('/subscriptions').map(({ body }) => JSON.parse(body) as Record<string, string>);
  expect(set).toMatchObject({ object: 'page', callback_url: request.webhookUrl, verify_token: 'word' });
  const other = JSON.stringify(app).includes('feed') ? ['feed'] : [];
  expect(set?.['fields']?.split(',').sort()).toEqual([...FIELDS, ...other].sort());
});

test('an app that delivers to another system is named, and left alone until that is confirmed', async () => {
  answering(goodToken, { success: true }, [callback({ callback_url: 'https://crm.example.net/hooks/4711' })]);
  const verdict = await facebook().registration.connect(request);
  expect(verdict).toMatchObject({ kind: 'refused', code: 'in_use_elsewhere' });
  expect(JSON.stringify(verdict)).toContain('crm.example.net');
  expect(JSON.stringify(verdict)).not.toContain('4711');
  expect(network.calls.every(({ method }) => method === 'GET')).toBe(true);
  expect(await facebook().registration.connect({ ...request, takeOver: true })).toMatchObject({ kind: 'connected' });
  expect(posted('/subscriptions')).toHaveLength(1);
});

test('a callback Meta cannot reach is said to be that, and the Page is not subscribed', async () => {
  answering(goodToken);
  const { script } = network;
  network.script = (call, socket) =>
    call.url.includes('/subscriptions')
      ? call.method === 'GET'
        ? json({ data: [] })
        : json({ error: { code: 2200, message: '(#2200) Callback verification failed' } }, 400)
      : script(call, socket);
  const verdict = await facebook().registration.connect(request);
  expect(verdict).toMatchObject({ kind: 'refused', code: 'webhook_unreachable' });
  expect(posted('/subscribed_apps')).toEqual([]);
});

test('disconnecting unsubscribes the Page', async () => {
  answering(goodToken);
  await facebook().registration.disconnect(account);
  expect(network.calls.map(({ method, url }) => [method, url.split('?')[0]])).toEqual([
    ['DELETE', `/v26.0/${PAGE}/subscribed_apps`],
  ]);
});

test.each<[string, number, object]>([
  ['unavailable', 500, { code: 2, message: 'Service temporarily unavailable', is_transient: true }],
  ['limiting calls', 400, { code: 4, message: '(#4) Application request limit reached' }],
])('as long as Facebook is %s the Page is not taken for disconnected', async (_, status, error) => {
  network.script = () => ({ status, body: JSON.stringify({ error }) });
  await expect(facebook().registration.disconnect(account)).rejects.toThrow('Facebook');
});

test.each<[string, object]>([
  ['the role was lost', { code: 200, message: '(#200) Permissions error' }],
  ['the Page is gone', { code: 100, error_subcode: 33, message: 'Unsupported delete request.' }],
])('where %s there is nothing left to disconnect', async (_, error) => {
  network.script = () => ({ status: 400, body: JSON.stringify({ error }) });
  await expect(facebook().registration.disconnect(account)).resolves.toBeUndefined();
});

test('without an app Facebook says what to set, and asks nobody', async () => {
  const bare = facebook({ appSecret: undefined, verifyToken: '' }).registration;
  const sentence = 'Facebook is not configured: set PARLEY_META_APP_SECRET, PARLEY_META_VERIFY_TOKEN.';
  expect(bare.unavailable()).toBe(sentence);
  expect(await bare.identify(request.credentials)).toEqual({ kind: 'refused', code: 'not_configured', sentence });
  expect(bare.appSecrets()).toEqual({ signing: [] });
  expect(network.calls).toEqual([]);
  expect(facebook().registration.unavailable()).toBeUndefined();
});
