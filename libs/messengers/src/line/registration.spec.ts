import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { LineMessenger } from './line.messenger.js';

const BOT = 'Uf4fca5a78367a3c24cdd34b377398366';
const TOKEN = 'line-test-token-77';
const SECRET = 'dev_channel_secret_000000000000';
const OURS = 'https://chat.example.com/webhooks/line/k';
const credentials = { channelAccessToken: TOKEN, channelSecret: SECRET };
const request = {
  credentials: { channelAccessToken: ` ${TOKEN}\n`, channelSecret: ` ${SECRET} ` },
  webhookUrl: OURS,
  webhookSecret: SECRET,
};
const account = { channelId: 'c1', messenger: 'line', source: BOT, credentials };
const ok = (body: object): ScriptedAnswer => ({ status: 200, body: JSON.stringify(body) });
const error = (status: number, message: string): ScriptedAnswer => ({ status, body: JSON.stringify({ message }) });
const info = ok({ userId: BOT, basicId: '@abc', displayName: 'Corner Shop', pictureUrl: 'https://cdn.example.com/p' });
const tried = (more: object) => ok({ timestamp: '2026-11-22T07:00:00Z', ...more });
const SENTENCE = expect.stringMatching(/^\p{L}.*[.]$/u) as string;
let network: ScriptedServer;
let http: GuardedHttp;
let line: LineMessenger;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  line = new LineMessenger({ apiUrl: network.url, dataUrl: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

/** Answers by method and the end of the path. */
function answering(answers: Record<string, ScriptedAnswer> = {}): void {
  const all: Record<string, ScriptedAnswer> = {
    'GET info': info,
    'GET endpoint': error(404, 'Not found'),
    'POST test': tried({ success: true, statusCode: 200, reason: 'OK', detail: '200' }),
    'PUT endpoint': ok({}),
    ...answers,
  };
  network.script = ({ method, url }) => all[`${method} ${url.split('/').at(-1)}`];
}
const asked = () => network.calls.map(({ method, url }) => `${method} ${url.split('/').at(-1)}`);

test('connecting has LINE try the address, then sets it', async () => {
  answering();
  expect(await line.registration.connect(request)).toEqual({
    kind: 'connected',
    source: BOT,
    name: 'Corner Shop',
    credentials,
  });
  expect(asked()).toEqual(['GET info', 'GET endpoint', 'POST test', 'PUT endpoint']);
  expect(network.calls.slice(2).map(({ body }) => JSON.parse(body) as object)).toEqual([
    { endpoint: OURS },
    { endpoint: OURS },
  ]);
});

test.each<[string, object, string]>([
  [
    'a secret that is not the account’s',
    { statusCode: 401, reason: 'ERROR_STATUS_CODE', detail: '401' },
    'secret_wrong',
  ],
  ['the same, forbidden', { statusCode: 403, reason: 'ERROR_STATUS_CODE' }, 'secret_wrong'],
  ['an address nobody answers at', { statusCode: 0, reason: 'COULD_NOT_CONNECT' }, 'webhook_unreachable'],
  ['an address that answers otherwise', { statusCode: 502, detail: '502' }, 'webhook_unreachable'],
])('%s is refused, and nothing is changed at LINE', async (_, result, code) => {
  answering({ 'POST test': tried({ success: false, ...result }) });
  const verdict = await line.registration.connect(request);
  expect(verdict).toMatchObject({ kind: 'refused', code, sentence: SENTENCE });
  expect(asked()).not.toContain('PUT endpoint');
});

test('what another system receives is taken only when that is wanted', async () => {
  answering({ 'GET endpoint': ok({ endpoint: 'https://other.example.org/secret/path', active: true }) });
  const verdict = await line.registration.connect(request);
  expect(verdict).toMatchObject({
    code: 'in_use_elsewhere',
    sentence: expect.stringContaining('other.example.org') as string,
  });
  expect(JSON.stringify(verdict)).not.toContain('secret/path');
  expect(asked()).toEqual(['GET info', 'GET endpoint']);
  expect(await line.registration.connect({ ...request, takeOver: true })).toMatchObject({ kind: 'connected' });
});

test('an address of ours, under an old name too, is taken over without asking', async () => {
  for (const endpoint of [OURS, 'https://old.example.com/webhooks/line/k', '']) {
    answering({ 'GET endpoint': ok({ endpoint, active: true }) });
    expect(await line.registration.connect(request)).toMatchObject({ kind: 'connected' });
  }
});

test.each<[string, Record<string, ScriptedAnswer>, string]>([
  ['a revoked token', { 'GET info': error(401, 'Authentication failed') }, 'token_invalid'],
  ['a token without the right', { 'PUT endpoint': error(403, 'Forbidden') }, 'permission_missing'],
  [
    'an address LINE does not take',
    { 'PUT endpoint': error(400, 'Invalid webhook endpoint URL') },
    'messenger_refused',
  ],
  ['too many tries', { 'POST test': error(429, 'Too many requests') }, 'rate_limited'],
  ['LINE in trouble', { 'GET endpoint': error(500, 'Internal error') }, 'messenger_failed'],
])('%s', async (_, answers, code) => {
  answering(answers);
  expect(await line.registration.connect(request)).toMatchObject({
    kind: 'refused',
    code,
    sentence: SENTENCE,
  });
});

test('LINE itself takes https only', async () => {
  const asLine = new LineMessenger({ apiUrl: 'https://line.example.com' }, {
    request: () => Promise.resolve({ status: 200, headers: {}, body: Buffer.of(), json: { userId: BOT } }),
  } as unknown as GuardedHttp);
  const webhookUrl = 'http://chat.example.com/webhooks/line/k';
  expect(await asLine.registration.connect({ ...request, webhookUrl })).toMatchObject({ code: 'address_not_https' });
});

test('the account’s picture lies openly', async () => {
  answering();
  const reference = 'https://cdn.example.com/p';
  expect(await line.registration.picture(account)).toEqual({ reference, version: reference });
  answering({ 'GET info': ok({ userId: BOT }) });
  expect(await line.registration.picture(account)).toBeUndefined();
});

test('a person is called as they call themselves, where LINE tells', async () => {
  const person = { scope: BOT, externalId: 'Ua5ad91a414e0eacf3edfdc828d1279e6' };
  network.script = () => ok({ displayName: ' Aoi\n', userId: person.externalId });
  expect(await line.profile.read(account, person)).toEqual({ name: 'Aoi' });
  expect(network.calls[0]?.url).toBe('/v2/bot/profile/Ua5ad91a414e0eacf3edfdc828d1279e6');
  network.script = () => error(404, 'Not found');
  expect(await line.profile.read(account, person)).toBeUndefined();
  for (const trouble of [error(500, 'Internal error'), error(401, 'Authentication failed')]) {
    network.script = () => trouble;
    await expect(line.profile.read(account, person)).rejects.toThrow('later');
  }
});
