import { inspect } from 'node:util';
import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';

const settings = { appId: '287451903362718', appSecret: 'app_secret_1', verifyToken: 'word' };
const BACK = 'https://chat.example.com/v1/channels/facebook/callback';
const returned = new URLSearchParams({ code: 'AQBcode', state: 's' });
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

const signIn = (change: object = {}) =>
  new FacebookMessenger({ ...settings, graphUrl: network.url, graphVersion: 'v27.0', ...change }, http).signIn;

/** Answers by path, `access_token` by what is exchanged. */
function answering(answers: Readonly<Record<string, unknown>>): void {
  network.script = ({ url }) => {
    const name = Object.keys(answers).find((path) => url.includes(path));
    return { status: 200, body: JSON.stringify(name === undefined ? {} : answers[name]) };
  };
}

test('the dialog is Meta’s own, of the configured version, and asks for exactly what is needed', () => {
  const url = new URL(signIn().dialogUrl({ redirectUri: BACK, state: 's&t' }));
  expect(url.origin + url.pathname).toBe('https://www.facebook.com/v27.0/dialog/oauth');
  expect(url.searchParams.get('state')).toBe('s&t');
  expect(url.searchParams.get('redirect_uri')).toBe(BACK);
  expect(url.searchParams.get('scope')).toBe('pages_show_list,pages_messaging,pages_manage_metadata');
  expect(url.href).not.toContain('app_secret_1');
  const business = signIn({ businessPages: 'on' }).dialogUrl({ redirectUri: BACK, state: 's' });
  expect(new URL(business).searchParams.get('scope')).toMatch(/,business_management$/);
});

test('the code becomes a token of hours, and that one of two months', async () => {
  answering({ 'code=AQBcode': { access_token: 'EAAshort' }, fb_exchange_token: { access_token: 'EAAlong' } });
  expect(await signIn().grant(returned, BACK)).toEqual({ kind: 'granted', grant: { userToken: 'EAAlong' } });
  const [first, second] = network.calls.map(({ url }) => new URL(url, network.url).searchParams);
  expect(first?.get('redirect_uri')).toBe(BACK);
  expect(second?.get('fb_exchange_token')).toBe('EAAshort');
});

test.each<[string, string, string]>([
  ['a declined dialog', 'error=access_denied&error_reason=user_denied', 'declined'],
  ['an error of the dialog', 'error=server_error', 'dialog_failed'],
  ['nothing', '', 'code_missing'],
  ['an odd code', 'code=%00%0A', 'code_missing'],
])('%s is refused without a call', async (_, query, code) => {
  expect(await signIn().grant(new URLSearchParams(query), BACK)).toMatchObject({ kind: 'refused', code });
  expect(network.calls).toEqual([]);
});

test.each<[object, string]>([
  [{ code: 100, error_subcode: 36009 }, 'code_used'],
  [{ code: 100, error_subcode: 36007 }, 'code_used'],
  [{ code: 191 }, 'redirect_uri_unknown'],
  [{ code: 1 }, 'app_not_accepted'],
  [{ code: 101 }, 'app_not_accepted'],
  [{ code: 2 }, 'messenger_refused'],
])('Meta’s error %j is told as %s', async (error, code) => {
  network.script = () => ({ status: 400, body: JSON.stringify({ error: { message: 'secret words', ...error } }) });
  const verdict = await signIn().grant(returned, BACK);
  expect(verdict).toMatchObject({ kind: 'refused', code, sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string });
  expect(JSON.stringify(verdict)).not.toContain('secret words');
});

test.each(['<html>', '{}', '[]', '{"access_token":7}', '{"data":[{"id":{}}]}'])(
  'an answer of %s is a refusal',
  async (body) => {
    network.script = () => ({ status: 200, body });
    expect((await signIn().grant(returned, BACK)).kind).toBe('refused');
    expect((await signIn().accounts({ userToken: 'EAAlong' })).kind).toBe('refused');
  },
);

test('the next page of Pages is asked for by its cursor, never at an address of the answer', async () => {
  const about = { is_valid: true, app_id: settings.appId, scopes: ['pages_messaging', 'pages_manage_metadata'] };
  const page = (id: string) => ({ id, name: id, access_token: 'EAAp', tasks: ['MESSAGING', 'MANAGE'] });
  answering({
    debug_token: { data: about },
    'after=c1': { data: [page('2')] },
    'me/accounts': { data: [page('1')], paging: { cursors: { after: 'c1' }, next: 'http://169.254.169.254/latest' } },
  });
  const verdict = await signIn().accounts({ userToken: 'EAAlong' });
  expect(verdict).toMatchObject({ kind: 'offered', accounts: [{ source: '1' }, { source: '2' }] });
  expect(network.calls.every(({ url }) => url.startsWith('/v27.0/'))).toBe(true);
  expect(network.calls.every(({ url }) => url.includes('appsecret_proof='))).toBe(true);
});

test('out of reach rejects, without code, token or secret', async () => {
  await network.close();
  for (const call of [signIn().grant(returned, BACK), signIn().accounts({ userToken: 'EAAlong' })]) {
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 9 })).not.toMatch(/AQBcode|EAAlong|app_secret_1/);
  }
});

test('without an app it says what to set, and asks nobody', async () => {
  const verdict = await signIn({ appSecret: undefined }).grant(returned, BACK);
  expect(verdict).toMatchObject({
    code: 'not_configured',
    sentence: expect.stringContaining('PARLEY_META_APP_SECRET') as string,
  });
  expect(network.calls).toEqual([]);
});
