import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { aScriptedServer, type ScriptedServer } from '../../libs/messenger-kit/testing.js';
import { type ApiDocument, type Operation, operationsIn } from '../support/api-document.js';
import type { Api } from '../support/api.js';
import { Canaries, everythingStored, type Produced } from '../support/canaries.js';
import { aCustomer, anOpenChat, type OpenChat, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { ADMIN, META_APP } from '../support/server.js';
import { BOT_TOKEN } from '../support/team.js';
import { messagesOf, messageWith } from '../support/views.js';

/**
 * Every secret there is, planted, used, refused and changed; then everything that was produced is read. Real: the built
 * server, PostgreSQL, sockets, the systems behind it. Simulated: the messengers.
 */
const canaries = new Canaries();
const produced: Produced[] = [];
/** Addresses that are shown to admins and stand in no log. */
const addresses: string[] = [];
/** Names of what may be seen in one answer, the one that makes it. */
const shownOnce: string[] = [];
const original = globalThis.fetch;
const KEYS = randomBytes(32).toString('base64');
const OLDER = 'canary_older_app_secret_9b1f';
/** Its base64 is what is shown. */
const KEY_OF = 'key of';
/** The document shows it as an example, too. */
const AN_EXAMPLE = /^GET \/openapi.*: password of the admin$/;
const PATH = 'canary-path-of-the-integrator-77';
const aToken = (bot: string) => `${bot}:AACanary${randomBytes(16).toString('hex').slice(0, 27)}`;
const PASSWORD = 'canary "pass\\wörd" & <7f3a>';

let house: House;
let admin: Api;
let outside: ScriptedServer;
let chats: OpenChat[];
let signInQuery: string;
let beginning: string;
let stream: ReturnType<typeof aRawStream>;

beforeAll(async () => {
  outside = await aScriptedServer(() => ({ status: 200, body: '{"text":"Done","externalId":"out-1"}' }));
  house = await openDesk({
    ownProcess: true,
    env: {
      PARLEY_ENCRYPTION_KEYS: KEYS,
      PARLEY_META_APP_SECRET: `${META_APP.secret},${OLDER}`,
      PARLEY_HTTP_ALLOWED_ORIGINS: outside.url,
      PARLEY_LOG_LEVEL: 'trace',
    },
  });
  ({ admin } = house.team);
  remembering();
  stream = aRawStream(admin);
  ({ cursor: beginning } = await admin.read<{ cursor: string }>('/v1/events/cursor'));
}, 120_000);
afterAll(async () => {
  globalThis.fetch = original;
  stream?.end();
  await house?.close();
  await outside.close();
});

/** From now on every answer of the server is kept, whole. */
function remembering(): void {
  globalThis.fetch = async (...call: Parameters<typeof fetch>) => {
    const response = await original(...call);
    if (!response.url.startsWith(house.server.url)) return response;
    const text = Buffer.from(await response.clone().arrayBuffer());
    const place = `${call[1]?.method ?? 'GET'} ${new URL(response.url).pathname} ${response.status}`;
    produced.push({ place, text }, { place: `headers of ${place}`, text: JSON.stringify([...response.headers]) });
    return response;
  };
}

function aRawStream(api: Api) {
  const heard: Produced[] = [];
  const call = get(`${house.server.url}/v1/events/stream`, { headers: api.authorization }, (response) =>
    response.on('data', (chunk: Buffer) => heard.push({ place: 'the event stream', text: chunk })),
  );
  call.on('error', () => undefined);
  return { heard, end: () => call.destroy() };
}

/** A POST whose answer shows a secret: this answer, and no other. */
async function shown<Body extends object>(name: string, path: string, body: object, read: (body: Body) => string[]) {
  const headers = { 'idempotency-key': `shown-${name}`.replaceAll(' ', '-') };
  const answer = await admin.created<Body>(path, body, headers);
  for (const [index, secret] of read(answer).entries()) {
    canaries.plant(`${name} ${index}`, secret);
    shownOnce.push(`${name} ${index}`);
    const key = secret.startsWith('whsec_') && Buffer.from(secret.slice(6), 'base64');
    if (key) canaries.plant(`${KEY_OF} ${name} ${index}`, key.toString('latin1'));
  }
  await admin.post(path, body, headers);
  return answer;
}

const refused = async (path: string, body: object, ...statuses: number[]) => {
  const { status } = await admin.post(path, body);
  expect([path, statuses.includes(status) || status]).toEqual([path, true]);
};
const order = (messenger: string, credentials: object) => ({
  messenger,
  queueId: house.team.queueId,
  credentials,
});

interface Made {
  readonly id: string;
  readonly webhookUrl: string;
  readonly secret: string;
  readonly secrets: Readonly<Record<string, string>>;
}

describe('a long journey, on which much goes wrong', () => {
  it('people sign in, and do not', async () => {
    for (const [name, secret] of Object.entries({ KEYS, OLDER, PASSWORD, app: META_APP.secret, bot: BOT_TOKEN }))
      canaries.plant(name, secret);
    canaries.plant('verify token', META_APP.verifyToken);
    canaries.plant('password of the admin', ADMIN.password);
    const email = 'canary@example.com';
    const { id } = await admin.created<Made>('/v1/users', { email, name: 'C', password: PASSWORD, role: 'supervisor' });
    const body = { email, password: PASSWORD };
    const session = await house.server.api.created<{ accessToken: string; refreshToken: string }>(
      '/v1/auth/sessions',
      body,
    );
    canaries.plant('access token', session.accessToken.split('.').at(-1)!);
    canaries.plant('refresh token', session.refreshToken);
    shownOnce.push('access token', 'refresh token');
    const wrong = canaries.plant('wrong password', 'canary-that-is-wrong-12');
    await refused('/v1/auth/sessions', { email, password: wrong }, 401);
    await refused('/v1/auth/sessions', { email: wrong, password: [wrong] }, 422, 401);
    await refused('/v1/auth/sessions/refresh', { refreshToken: `${session.refreshToken}x` }, 401);
    const next = canaries.plant('next password', 'canary-that-is-next-1234');
    const own = house.server.api.as(session.accessToken);
    expect((await own.post('/v1/me/password', { currentPassword: wrong, newPassword: next })).status).toBeGreaterThan(
      399,
    );
    expect((await admin.put(`/v1/users/${id}/password`, { password: next })).status).toBeLessThan(300);
    await refused(`/v1/users/${id}/password`, { password: next }, 404, 405);
    const key = await shown<Made>('API key', '/v1/api-keys', { name: 'feed', role: 'admin' }, ({ secret }) => [secret]);
    await house.server.api.as(key.secret).read('/v1/channels');
    await house.server.api.as(`${key.secret}x`).get('/v1/channels');
    await house.server.api.get(`/v1/channels?access_token=${key.secret}&token=${session.accessToken}`);
  });

  it('bots are connected, and are not', async () => {
    const token = canaries.plant('bot token', aToken('6618273645'));
    const bot = house.simulator.createBot({ token, picture: Buffer.from('a picture') });
    const bad = canaries.plant('unknown bot token', aToken('6618273646'));
    await refused('/v1/channels', order('telegram', { botToken: bad }), 422);
    await refused('/v1/channels', order('telegram', { botToken: `${bad}/../x` }), 422);
    await refused('/v1/channels', order('telegram', { botToken: [bad], other: bad }), 422);
    await refused('/v1/channels', { ...order('telegram', { botToken: bad }), queueId: bad, other: bad }, 422);
    await refused('/v1/channels', order('nobody', { botToken: bad }), 422);
    const faults = [
      { kind: 'reset', processed: false },
      { kind: 'html' },
      { kind: 'truncated' },
      { kind: 'status', status: 502, html: `<h1>Cannot reach /bot${token}/setWebhook</h1>` },
      { kind: 'refuse', code: 400, message: `Bad Request: wrong /bot${token}` },
      { kind: 'tooMany', retryAfter: 1 },
    ] as const;
    for (const method of ['getMe', 'setWebhook'])
      for (const effect of faults) {
        house.simulator.clearFaults();
        house.simulator.failCall({ match: { messenger: 'telegram', method }, effect });
        await admin.post('/v1/channels', order('telegram', { botToken: token }), { 'idempotency-key': effect.kind });
      }
    house.simulator.clearFaults();
    const { id, webhookUrl } = await admin.created<Made>('/v1/channels', order('telegram', { botToken: token }));
    addresses.push(new URL(webhookUrl).pathname.split('/').at(-1)!);
    const told = () => house.simulator.world.bots.require(bot.id).webhook!.secret!;
    canaries.plant('webhook secret', told());
    await admin.created(`/v1/channels/${id}/secret`, {}, { 'idempotency-key': 'rotate' });
    canaries.plant('next webhook secret', told());
    for (const secret of ['wrong-secret', told()]) {
      const headers = { 'x-telegram-bot-api-secret-token': secret };
      await fetch(webhookUrl, { method: 'POST', headers, body: '{"update_id":1,"message":{"text":5}}' });
      await fetch(`${webhookUrl}x?secret=${secret}`, { method: 'POST', headers, body: '{' });
    }
    chats = [await anOpenChat(house, aCustomer(house, 'telegram', bot.id))];
    house.simulator.failCall({ match: { text: 'Refused' }, effect: faults[4] });
    house.simulator.failCall({ match: { text: 'Reset' }, effect: { kind: 'reset', processed: true } });
    for (const text of ['Refused', 'Reset', 'Fine']) await chats[0]!.send(text);
    await messageWith(chats[0]!.api, chats[0]!.chatId, 'Fine', 'sent');
    house.simulator.revokeToken({ messenger: 'telegram', account: bot.id });
    await chats[0]!.send('With a dead token');
    await eventually(
      async () => (await admin.read<{ health: string }>(`/v1/channels/${id}`)).health === 'needs_reauthorization',
    );
    await admin.post(`/v1/channels/${id}/check?repair=true`);
    const botToken = canaries.plant('renewed bot token', house.simulator.renewToken(bot.id));
    await admin.created('/v1/channels', order('telegram', { botToken }), { 'idempotency-key': 'renewed' });
    await messageWith(chats[0]!.api, chats[0]!.chatId, 'With a dead token', 'sent');
  });

  it('Pages are connected by signing in, and are not', async () => {
    const page = house.simulator.createPage({ app: META_APP.id });
    const begin = () => admin.created<{ signInId: string; url: string }>('/v1/channels/facebook/sign-in', {});
    const comeBack = async (url: string, name: string) => {
      const target = new URL(house.simulator.admin.decide(url, { pages: [page.id] }));
      canaries.plant(`code of ${name}`, target.searchParams.get('code')!);
      canaries.plant(`state of ${name}`, target.searchParams.get('state')!);
      shownOnce.push(`state of ${name}`);
      await fetch(target);
      await fetch(target);
    };
    house.simulator.failCall({ match: { method: 'oauth/access_token' }, effect: { kind: 'reset', processed: false } });
    const failed = await begin();
    await comeBack(failed.url, 'a failed sign-in');
    await admin.get(`/v1/channels/facebook/pages?signInId=${failed.signInId}`);
    house.simulator.clearFaults();
    const { signInId, url } = await begin();
    await comeBack(url, 'a sign-in');
    await admin.read(`/v1/channels/facebook/pages?signInId=${signInId}`);
    signInQuery = `?signInId=${signInId}`;
    const choice = { signInId, sources: [page.id, '404'], queueId: house.team.queueId };
    house.simulator.failCall({ match: { method: 'subscribed_apps' }, effect: { kind: 'refuse', code: 200 } });
    await admin.created('/v1/channels/facebook/pages', choice, { 'idempotency-key': 'refused' });
    house.simulator.clearFaults();
    await admin.created('/v1/channels/facebook/pages', choice, { 'idempotency-key': 'chosen' });
    const pageToken = canaries.plant('bad Page token', 'EAACanaryPageTokenThatIsNone0123456789abcdef');
    await refused('/v1/channels', order('facebook', { pageToken }), 422);
    const chat = await anOpenChat(house, aCustomer(house, 'facebook', page.id));
    house.simulator.failCall({ match: { text: 'Refused' }, effect: { kind: 'refuse', code: 100, message: pageToken } });
    for (const text of ['Refused', 'Fine']) await chat.send(text);
    await messageWith(chat.api, chat.chatId, 'Fine', 'sent');
    house.simulator.revokeToken({ messenger: 'facebook', account: page.id });
    await chat.send('With a dead token');
    chats.push(chat);
    for (const { kind, text } of house.simulator.world.meta.tokens.all())
      canaries.plant(`${kind} ${text.slice(-6)}`, text);
    for (const channel of await channelIds()) await admin.post(`/v1/channels/${channel}/check?repair=true`);
  });

  it('other systems are connected, fail, and get new secrets', async () => {
    canaries.plant('address of the integrator', PATH);
    const { data } = await admin.read<{ data: { id: string }[] }>('/v1/queues');
    const queueIds = data.map(({ id }) => id);
    const http = order('http', { url: `${outside.url}/${PATH}?key=${PATH}` });
    const made = await shown<Made>('http', '/v1/channels', http, ({ secrets }) => Object.values(secrets));
    const path = `/v1/channels/${made.id}/secret`;
    await shown<Made>('http again', path, {}, ({ secrets }) => Object.values(secrets));
    const hook = await shown<Made>('hook', '/v1/webhook-endpoints', { url: `${outside.url}/hook` }, ({ secret }) => [
      secret,
    ]);
    await shown<Made>('hook again', `/v1/webhook-endpoints/${hook.id}/secret`, {}, ({ secret }) => [secret]);
    const deaf = { url: `${outside.url}/deaf` };
    await shown<Made>('deaf hook', '/v1/webhook-endpoints', deaf, ({ secret }) => [secret]);
    const action = { caption: 'Order', url: `${outside.url}/action`, queueIds };
    const { id } = await shown<Made>('action', '/v1/actions', action, ({ secret }) => [secret]);
    await shown<Made>('action again', `/v1/actions/${id}/secret`, {}, ({ secret }) => [secret]);
    outside.script = ({ url, headers }) => {
      const status = url.startsWith('/deaf') ? 500 : 200;
      return { status, body: JSON.stringify({ text: `Heard ${String(headers['webhook-id'])}`, externalId: 'out-2' }) };
    };
    const run = `/v1/chats/${chats[0]!.chatId}/actions/${id}/run`;
    await chats[0]!.api.created(run, {}, { 'idempotency-key': 'run' });
    await admin.post(`/v1/actions/${id}/try`, {});
    await admin.post(`/v1/webhook-endpoints/${hook.id}/test`, {});
    await chats[0]!.sent('Heard by hooks');
    const heard = (place: string) => outside.calls.some(({ url, body }) => url === place && body.includes('message'));
    await eventually(() => heard('/hook') && heard('/deaf') && outside.calls.some(({ url }) => url === '/action'));
  });

  it('the database fails in the middle of it', async () => {
    const { database } = house.database;
    let stopped = false;
    const failing = (async () => {
      while (!stopped) {
        await database.rows(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'parley%'`,
        );
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    const token = canaries.plant('late bot token', aToken('6618273647'));
    const botToken = house.simulator.createBot({ token }).token;
    const statuses = new Set<number>();
    for (let n = 0; n < 30; n += 1) {
      statuses.add((await admin.post('/v1/channels', order('telegram', { botToken }))).status);
      const email = `late${n}@example.com`;
      statuses.add((await admin.post('/v1/users', { email, name: 'L', password: PASSWORD, role: 'agent' })).status);
    }
    stopped = true;
    await failing;
    expect([...statuses].some((status) => status >= 500)).toBe(true);
    await eventually(async () => (await fetch(`${house.server.url}/health/ready`)).status === 200);
  });
});

const channelIds = async () =>
  (await admin.read<{ data: { id: string }[] }>('/v1/channels?limit=100')).data.map(({ id }) => id);

/** Ids by the name that addresses give them. */
async function idsByName(): Promise<Record<string, string[]>> {
  const list = async (path: string) => (await admin.read<{ data: { id: string }[] }>(path)).data.map(({ id }) => id);
  const { contact } = await chats[0]!.view();
  const { identities } = await admin.read<{ identities: { id: string }[] }>(`/v1/contacts/${contact.id!}`);
  const endpointId = await list('/v1/webhook-endpoints');
  return {
    channelId: await channelIds(),
    userId: await list('/v1/users'),
    queueId: await list('/v1/queues'),
    chatId: chats.map(({ chatId }) => chatId),
    messageId: (await messagesOf(admin, chats[0]!.chatId)).map(({ id }) => id),
    contactId: [contact.id!],
    identityId: identities.map(({ id }) => id),
    actionId: await list('/v1/actions'),
    endpointId,
    messenger: ['facebook', 'telegram'],
    key: addresses,
  };
}

function targetsOf({ name, path, ids, query }: Operation, known: Record<string, string[]>): string[] {
  const searches: Record<string, string> = {
    listSignInPages: signInQuery,
    listEvents: `?limit=100&after=${beginning}`,
    search: '?q=Fine',
  };
  const search = searches[name] ?? query;
  const begun = [path];
  return ids
    .reduce<string[]>(
      (so, id) => so.flatMap((one) => (known[id] ?? ['none']).map((value) => one.replace(`{${id}}`, value))),
      begun,
    )
    .map((one) => one + search);
}

interface Part {
  readonly page?: { readonly next: string | null };
  readonly more?: boolean;
  readonly cursor?: string;
}

/** All of a list, part by part. Whether it was answered. */
async function isRead(target: string): Promise<boolean> {
  const { status, body } = await admin.get<Part | string>(target);
  const { page, more, cursor }: Part = typeof body === 'string' ? {} : body;
  const rest = page?.next ? `cursor=${page.next}` : more && cursor ? `limit=100&after=${cursor}` : undefined;
  if (rest) await isRead(`${target.split('?')[0]}?${rest}`);
  return status === 200;
}

/** Nobody in the journey has these. */
const NOTHING_TO_READ = new Set([
  'getAttachment',
  'getNamedAttachment',
  'getErasure',
  'verifyWebhook',
  'returnFromSignIn',
  'streamEvents',
]);

it('nothing that was planted stands in any answer, event, log, metric, export, document or table', async () => {
  const document = JSON.parse(readFileSync('docs/api/openapi.json', 'utf8')) as ApiDocument;
  const known = await idsByName();
  const silent: string[] = [];
  for (const operation of operationsIn(document).filter(({ method }) => method === 'GET')) {
    if (operation.name === 'streamEvents') continue;
    let answered = false;
    for (const target of targetsOf(operation, known)) answered = (await isRead(target)) || answered;
    if (!answered && !NOTHING_TO_READ.has(operation.name)) silent.push(operation.name);
  }
  expect(silent).toEqual([]);
  for (const path of ['/openapi.json', '/openapi.yaml', '/docs', '/health/live', '/metrics']) await admin.get(path);

  expect(canaries.names.length).toBeGreaterThan(40);
  expect(stream.heard.length).toBeGreaterThan(10);
  const answers = canaries.foundIn(produced);
  const isAllowed = (found: string) =>
    AN_EXAMPLE.test(found) || shownOnce.some((name) => found.replace(`: ${KEY_OF} `, ': ').endsWith(`: ${name}`));
  expect(answers.filter((found) => !isAllowed(found))).toEqual([]);
  const times = shownOnce.map((name) => [name, answers.filter((found) => found.endsWith(`: ${name}`)).length]);
  expect(times.filter(([, count]) => count !== 1)).toEqual([]);

  const log = { place: 'the log', text: house.server.output };
  expect(log.text.length).toBeGreaterThan(10_000);
  const calls = outside.calls.filter(({ url }) => !url.includes(PATH));
  const told = calls.map(({ url, headers, body }) => ({
    place: `told to ${url}`,
    text: JSON.stringify(headers) + body,
  }));
  const stored = await everythingStored(house.database);
  expect(stored.length).toBeGreaterThan(1_000);
  expect([...new Set(canaries.foundIn([log, ...stream.heard, ...told, ...stored]))]).toEqual([]);
  expect(addresses.filter((key) => log.text.includes(key))).toEqual([]);
}, 120_000);
