import { inspect } from 'node:util';
import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { InstagramMessenger } from './instagram.messenger.js';

const settings = { appId: '624180937255108', appSecret: 'app_secret_1', verifyToken: 'word' };
const ACCOUNT = '17841906253847113';
const BACK = 'https://chat.example.com/v1/channels/instagram/callback';
const BOTH = 'instagram_business_basic,instagram_business_manage_messages';
let network: ScriptedServer;
let http: GuardedHttp;
/** What Instagram says. */
let short: string;

beforeEach(async () => {
  short = `{"access_token":"IGshort","user_id":${ACCOUNT},"permissions":"${BOTH}"}`;
  network = await aScriptedServer(({ url }) => {
    const path = url.split('?')[0];
    if (path === '/oauth/access_token') return { status: short.includes('error') ? 400 : 200, body: short };
    if (path === '/access_token') return { status: 200, body: '{"access_token":"IGlong","expires_in":5183650}' };
    return { status: 200, body: `{"user_id":${ACCOUNT},"id":"2651","username":"corner.store"}` };
  });
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const signIn = (change: object = {}) =>
  new InstagramMessenger({ ...settings, graphUrl: network.url, apiUrl: network.url, ...change }, http).signIn;
const grant = (query = 'code=AQBcode%23_&state=s', change: object = {}) =>
  signIn(change).grant(new URLSearchParams(query), BACK);

test('the dialog is Instagram’s own, and asks for exactly what is needed', () => {
  const url = new URL(signIn().dialogUrl({ redirectUri: BACK, state: 's&t' }));
  expect(url.origin + url.pathname).toBe('https://www.instagram.com/oauth/authorize');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: settings.appId,
    redirect_uri: BACK,
    response_type: 'code',
    scope: BOTH,
    state: 's&t',
  });
});

test('the code, without what Instagram appends, becomes a token of an hour, and that one of 60 days', async () => {
  expect(await grant()).toEqual({ kind: 'granted', grant: { accessToken: 'IGlong', permissions: BOTH } });
  const [first, second] = network.calls;
  expect(first).toMatchObject({ method: 'POST', url: '/oauth/access_token' });
  expect(first?.body).toMatch(/name="code"\r\n\r\nAQBcode\r\n/);
  expect(first?.body).toContain(BACK);
  expect(second?.url).toBe(
    '/access_token?grant_type=ig_exchange_token&client_secret=app_secret_1&access_token=IGshort',
  );
});

test('an answer that is wrapped in a list is the same', async () => {
  short = JSON.stringify({ data: [{ access_token: 'IGshort', user_id: ACCOUNT, permissions: [BOTH.split(',')[0]] }] });
  expect(await grant()).toMatchObject({ grant: { permissions: 'instagram_business_basic' } });
});

test('whoever signs in is the account; one that may not be read or answered says so', async () => {
  expect(await signIn().accounts({ accessToken: 'IGlong', permissions: BOTH })).toEqual({
    kind: 'offered',
    accounts: [{ source: ACCOUNT, name: 'corner.store', credentials: { accessToken: 'IGlong' } }],
    remarks: [],
  });
  expect(await signIn().accounts({ accessToken: 'IGlong', permissions: 'instagram_business_basic' })).toMatchObject({
    accounts: [{ source: ACCOUNT, obstacle: { code: 'permission_declined' }, credentials: {} }],
  });
  network.script = () => ({ status: 400, body: '{"error":{"code":190}}' });
  expect(await signIn().accounts({ accessToken: 'IGlong' })).toMatchObject({ kind: 'refused', code: 'sign_in_ended' });
});

test.each<[string, string, string]>([
  ['a declined dialog', 'error=access_denied&error_reason=user_denied', 'declined'],
  ['an error of the dialog', 'error=server_error', 'dialog_failed'],
  ['nothing', '', 'code_missing'],
  ['an odd code', 'code=%00%0A', 'code_missing'],
])('%s is refused without a call', async (_, query, code) => {
  expect(await grant(query)).toMatchObject({ kind: 'refused', code });
  expect(network.calls).toEqual([]);
});

test.each<[string, string]>([
  [
    '{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found or was already used"}',
    'code_not_accepted',
  ],
  ['{"error":{"code":100,"message":"x"}}', 'code_not_accepted'],
  ['{"error":{"code":2,"message":"x"}}', 'messenger_refused'],
])('an exchange refused as %s', async (body, code) => {
  short = body;
  expect(await grant()).toMatchObject({
    kind: 'refused',
    code,
    sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string,
  });
});

test.each(['<html>', '{}', '[]', '{"access_token":7}', '{"data":[{"id":{}}]}'])(
  'an answer of %s is a refusal',
  async (body) => {
    network.script = () => ({ status: 200, body });
    expect((await grant()).kind).toBe('refused');
    expect((await signIn().accounts({ accessToken: 'IGlong' })).kind).toBe('refused');
  },
);

test('out of reach rejects, without code, token or secret; without an app it says what to set', async () => {
  expect(await grant(undefined, { appSecret: '' })).toMatchObject({ code: 'not_configured' });
  await network.close();
  for (const call of [grant(), signIn().accounts({ accessToken: 'IGlong' })]) {
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 9 })).not.toMatch(/AQBcode|IGlong|app_secret_1/);
  }
});
