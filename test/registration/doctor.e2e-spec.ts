import type { Api } from '../support/api.js';
import { openHouse, type House } from '../support/house.js';
import { META_APP } from '../support/server.js';
import { eventually } from '../support/eventually.js';
import { all, chatWith, messagesOf } from '../support/views.js';

/**
 * The channel doctor: what it finds, names, puts right and leaves alone. Real: the built server, PostgreSQL, sockets, the
 * server’s call to itself. Simulated: the messengers.
 */
let house: House;
let admin: Api;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
  ({ admin } = house.team);
}, 120_000);
afterAll(() => house?.close());
afterEach(() => house.simulator.clearFaults());

interface Finding {
  readonly code: string;
  readonly state: string;
  readonly sentence: string;
  readonly advice: string | null;
  readonly repair: string | null;
}

interface Check {
  readonly state: string;
  readonly repaired: boolean;
  readonly findings: Finding[];
}

interface HealthEntry {
  readonly state: string;
  readonly findings: Finding[];
  readonly firstAt: string;
  readonly lastAt: string;
}

async function aPage() {
  const { queueId } = house.team;
  const page = house.simulator.createPage({ app: META_APP.id });
  const order = { messenger: 'facebook', queueId, credentials: { pageToken: page.token } };
  const { id } = await admin.created<{ id: string }>('/v1/channels', order);
  return { id, account: page.id };
}

async function aBot() {
  const bot = house.simulator.createBot();
  const order = { messenger: 'telegram', queueId: house.team.queueId, credentials: { botToken: bot.token } };
  const { id } = await admin.created<{ id: string }>('/v1/channels', order);
  return { id, account: bot.id, token: bot.token };
}

const check = (id: string, query = '') => admin.created<Check>(`/v1/channels/${id}/check${query}`);
const found = (result: Check, code: string) => result.findings.find((finding) => finding.code === code);
const healthOf = (id: string) => all<HealthEntry>(admin, `/v1/channels/${id}/health`);

const FINE = { ledger: 'ok', webhook_reachable: 'ok', credential: 'ok' };
const states = ({ findings }: Check) => Object.fromEntries(findings.map(({ code, state }) => [code, state]));

test('channels in order: each finding says what was looked at, and the server reached itself', async () => {
  const [page, bot] = [await aPage(), await aBot()];
  const facebook = await check(page.id);
  expect(states(facebook)).toMatchObject({
    ...FINE,
    app_secret: 'ok',
    permissions: 'ok',
    role: 'ok',
    token_expiry: 'ok',
    data_access_expiry: 'ok',
    page_subscription: 'ok',
    app_subscription: 'ok',
  });
  expect(states(await check(bot.id))).toMatchObject({ ...FINE, subscription: 'ok', delivery: 'ok' });
  expect(found(facebook, 'webhook_address')).toMatchObject({ state: 'warning', advice: expect.any(String) as string });
  expect(JSON.stringify(facebook)).not.toMatch(/EAA/);
});

test('a Page that lost its subscription is found, and put right on demand', async () => {
  const { id, account } = await aPage();
  house.simulator.admin.subscribe({ account, app: META_APP.id, fields: [] });
  const before = await check(id);
  expect(before).toMatchObject({ state: 'broken', repaired: false });
  expect(found(before, 'page_subscription')).toMatchObject({ state: 'broken', repair: 'harmless' });
  const after = await check(id, '?repair=true');
  expect(after.repaired).toBe(true);
  expect(found(after, 'page_subscription')).toMatchObject({ state: 'ok' });
  house.simulator.customerWrites({ messenger: 'facebook', account, person: 'Olha', text: 'Repaired?' });
  await chatWith(house.team.agents[0]!.api, 'waiting', 'Repaired?');
});

test('what people wrote while the Page was not subscribed is read back, once', async () => {
  const { id, account } = await aPage();
  const who = { messenger: 'facebook', account, person: 'Halyna' } as const;
  const { api } = house.team.agents[0]!;
  house.simulator.customerWrites({ ...who, text: 'Before' });
  const { id: chatId } = await chatWith(api, 'waiting', 'Before');
  await check(id);
  house.simulator.admin.subscribe({ account, app: META_APP.id, fields: [] });
  for (const text of ['Missed', 'Missed too']) house.simulator.customerWrites({ ...who, text });
  house.simulator.customerWrites({ ...who, person: 'Ihor', text: 'Missed by another' });
  await check(id, '?repair=true');
  await chatWith(api, 'waiting', 'Missed by another');
  const texts = async () => (await messagesOf(admin, chatId)).map(({ text }) => text);
  await eventually(async () => (await texts()).length >= 3);
  expect(await texts()).toEqual(['Before', 'Missed', 'Missed too']);
  house.simulator.customerWrites({ ...who, text: 'After' });
  await eventually(async () => (await texts()).includes('After'));
  house.simulator.admin.subscribe({ account, app: META_APP.id, fields: [] });
  await check(id, '?repair=true');
  const duplicates = async () =>
    (await admin.read<{ duplicate: number }>(`/v1/channels/${id}/ledger`)).duplicate > 0 && (await texts());
  expect(await eventually(duplicates)).toEqual(['Before', 'Missed', 'Missed too', 'After']);
});

test('an app that delivers to another system is named, and taken back only with consent', async () => {
  const { id } = await aPage();
  house.simulator.admin.pointApp({ app: META_APP.id, url: 'https://crm.example.net/hooks/4711' });
  const left = await check(id, '?repair=true');
  expect(left.repaired).toBe(false);
  expect(found(left, 'app_subscription')).toMatchObject({ state: 'broken', repair: 'takes_over' });
  expect(found(left, 'app_subscription')!.sentence).toContain('crm.example.net');
  const taken = await check(id, '?repair=true&takeOver=true');
  expect(found(taken, 'app_subscription')).toMatchObject({ state: 'ok' });
});

test('a Page that another app receives too is said to be in two systems', async () => {
  const { id, account } = await aPage();
  const other = house.simulator.createApp({ name: 'Other CRM' });
  house.simulator.admin.subscribe({ account, app: other.id });
  expect(found(await check(id), 'other_receivers')).toMatchObject({
    state: 'warning',
    sentence: expect.stringContaining('Other CRM') as string,
  });
});

test('calls near Meta’s limit are told before any is refused, until there are fewer again', async () => {
  const { id } = await aPage();
  house.simulator.behave({ usage: 85 });
  const much = found(await check(id), 'usage');
  house.simulator.behave({ usage: 40 });
  expect(much).toMatchObject({ state: 'warning', sentence: expect.stringContaining('85 %') as string });
  expect(house.server.output).toMatch(/uses 85 % of the calls Facebook allows/);
  expect(found(await check(id), 'usage')).toMatchObject({ state: 'ok' });
  house.simulator.behave({ usage: undefined });
});

test.each<[string, (account: string) => void, string, string]>([
  [
    'a changed password',
    (account) => house.simulator.revokeToken({ messenger: 'facebook', account }),
    'credential',
    'password',
  ],
  ['a lost role', (account) => house.simulator.admin.giveRole(account, []), 'role', 'role'],
  [
    'a removed app',
    (account) => house.simulator.revokeToken({ messenger: 'facebook', account, subcode: 458 }),
    'credential',
    'removed our app',
  ],
])('%s is told before anybody answers, and the channel needs a new sign-in', async (_, happens, code, word) => {
  const { id, account } = await aPage();
  happens(account);
  const result = await check(id);
  expect(result.state).toBe('broken');
  expect(found(result, code)).toMatchObject({ state: 'broken', sentence: expect.stringContaining(word) as string });
  expect(await admin.read(`/v1/channels/${id}`)).toMatchObject({ health: 'needs_reauthorization' });
});

test('an end that is near, and a permission that was taken back', async () => {
  const { id, account } = await aPage();
  house.simulator.admin.changeTokens({ account, dataAccessExpiresAt: Date.now() + 5 * 86_400_000 });
  expect(found(await check(id), 'data_access_expiry')).toMatchObject({ state: 'warning' });
  house.simulator.admin.changeTokens({ account, scopes: ['pages_messaging'] });
  expect(found(await check(id), 'permissions')).toMatchObject({
    state: 'broken',
    sentence: expect.stringContaining('pages_manage_metadata (without it') as string,
  });
});

test('a bot whose webhook is gone, or another system’s', async () => {
  const { id, token } = await aBot();
  const setWebhook = (url: string) =>
    fetch(`${house.simulator.url}/bot${token}/setWebhook?url=${encodeURIComponent(url)}`);
  await setWebhook('');
  expect(found(await check(id), 'subscription')).toMatchObject({ state: 'broken', repair: 'harmless' });
  expect(found(await check(id, '?repair=true'), 'subscription')).toMatchObject({ state: 'ok' });
  await setWebhook('https://crm.example.net/hooks/4711');
  const rival = await check(id, '?repair=true');
  expect(found(rival, 'subscription')).toMatchObject({ state: 'broken', repair: 'takes_over' });
  expect(found(rival, 'subscription')!.sentence).toContain('crm.example.net');
  expect((await check(id, '?repair=true&takeOver=true')).repaired).toBe(true);
});

test('registering a bot of another system names it, and takes it over when that is confirmed', async () => {
  const bot = house.simulator.createBot();
  await fetch(`${house.simulator.url}/bot${bot.token}/setWebhook?url=https://crm.example.net/x`);
  const order = { messenger: 'telegram', queueId: house.team.queueId, credentials: { botToken: bot.token } };
  const refused = await admin.post<{ code: string; detail: string }>('/v1/channels', order);
  expect(refused).toMatchObject({ status: 422, body: { code: 'in_use_elsewhere' } });
  expect(refused.body.detail).toContain('crm.example.net');
  expect(await admin.post('/v1/channels', { ...order, takeOver: true })).toMatchObject({ status: 201 });
});

test('a messenger that cannot be asked leaves the rest of the check', async () => {
  const { id } = await aBot();
  house.simulator.failCall({
    match: { messenger: 'telegram' },
    effect: { kind: 'reset', processed: false },
    times: Infinity,
  });
  const result = await check(id);
  expect(states(result)).toMatchObject({ network: 'unknown', ledger: 'ok', webhook_reachable: 'ok' });
});

test('the history keeps what changed, and admins hear of it', async () => {
  const { id, account } = await aPage();
  await check(id);
  await check(id);
  const [first, ...earlier] = await healthOf(id);
  expect(earlier).toEqual([]);
  expect(first!.lastAt > first!.firstAt).toBe(true);
  house.simulator.admin.subscribe({ account, app: META_APP.id, fields: [] });
  await check(id);
  await check(id, '?repair=true');
  expect((await healthOf(id)).map(({ state }) => state)).toEqual(['warning', 'broken', 'warning']);
  const events = await house.database.database.rows<{ data: { state: string; findings: Finding[] } }>(
    `SELECT data FROM events WHERE type = 'channel.checked' AND data ->> 'channelId' = $1 ORDER BY txid, id`,
    [id],
  );
  expect(events.map(({ data }) => data.state)).toEqual(['warning', 'broken', 'warning']);
  expect(events[1]!.data.findings.map(({ code }) => code)).toContain('page_subscription');
});

test('an HTTP channel has the common findings; an inactive one says so', async () => {
  const { channels } = house.team;
  expect((await house.team.agents[0]!.api.post(`/v1/channels/${channels.telegram}/check`)).status).toBe(403);
  await admin.created(`/v1/channels/${channels.telegram}/deactivate`);
  expect(found(await check(channels.telegram), 'active')).toMatchObject({ state: 'warning' });
  await admin.created(`/v1/channels/${channels.telegram}/activate`);
  expect((await admin.post('/v1/channels/0190a0a0-0000-7000-8000-000000000001/check')).status).toBe(404);
  expect((await admin.get('/v1/channels/0190a0a0-0000-7000-8000-000000000001/health')).status).toBe(404);
});
