import { Problem } from '#api-kit';
import { newId } from '#database';
import { Channels, ReceivingChannels, Registration } from './index.js';
import { ChannelAdministration } from './channel-administration.js';
import { aQueue, openRegistrationHouse, PUBLIC_URL, type RegistrationHouse } from './testing/registration-house.js';

/** Only the date is moved. */
const REAL_TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

let house: RegistrationHouse;
let registration: Registration;
let channels: Channels;
let administration: ChannelAdministration;
let queueId: string;
let accounts = 0;

beforeAll(async () => {
  house = await openRegistrationHouse();
  registration = house.get(Registration);
  channels = house.get(Channels);
  administration = house.get(ChannelAdministration);
  queueId = await aQueue(house.database);
});
afterAll(() => house.close());
afterEach(() => {
  house.network.unreachable = house.network.refuses = house.network.unavailable = undefined;
  house.network.reveal = undefined;
  house.network.whileConnecting = undefined;
});

function anAccount({ source = `account-${++accounts}` } = {}) {
  const token = `token-of-${source}-${newId()}`;
  house.network.accounts.set(token, { source, name: `Name of ${source}` });
  return { source, token };
}

function anOrder(token: string, more: object = {}) {
  return { messenger: 'pigeon', queueId, credentials: { token }, ...more };
}

function register(order: ReturnType<typeof anOrder>, key?: string) {
  return registration.register(order, { caller: 'user:1', route: 'POST /v1/channels', key, request: order });
}

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error: unknown = await work.then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Problem) return error;
  throw error;
}

function stored(source: string) {
  return house.database.rows<{ id: string; active: boolean; health: string }>(
    'SELECT id, active, health FROM channels WHERE source = $1',
    [source],
  );
}

async function eventsOf(channelId: string): Promise<string[]> {
  const events = await house.database.rows<{ type: string }>(
    `SELECT type FROM events WHERE data ->> 'channelId' = $1 ORDER BY txid, id`,
    [channelId],
  );
  return events.map(({ type }) => type);
}

it('connects an account and shows where its messenger delivers', async () => {
  const { source, token } = anAccount();
  const { status, body } = await register(anOrder(token, { language: 'de' }));
  expect(status).toBe(201);
  expect(body).toMatchObject({ messenger: 'pigeon', source, name: `Name of ${source}`, queueId, language: 'de' });
  expect(body).toMatchObject({ active: true, health: 'ok', healthDetail: null });
  expect(body.webhookUrl).toMatch(new RegExp(`^${PUBLIC_URL}/webhooks/pigeon/[\\w-]{43}$`));
  expect(house.network.subscriptions.get(source)).toEqual({
    webhookUrl: body.webhookUrl,
    webhookSecret: expect.stringMatching(/^[\w-]{64}$/) as string,
  });
  expect(await eventsOf(body.id)).toEqual(['channel.registered']);
});

it('gives all accounts of a messenger one webhook where the messenger has only one', async () => {
  const urls = new Set<string>();
  for (const { token } of [anAccount(), anAccount()]) {
    urls.add((await register(anOrder(token, { messenger: 'owl' }))).body.webhookUrl);
  }
  expect([...urls]).toEqual([`${PUBLIC_URL}/webhooks/owl/${await channels.appKey('owl')}`]);
});

it('repairs an account that is registered already: new credentials, same webhook', async () => {
  const { source, token } = anAccount();
  const first = await register(anOrder(token, { name: 'Support' }));
  const subscription = house.network.subscriptions.get(source);
  house.network.subscriptions.clear();
  const otherQueue = await aQueue(house.database);
  const renewed = anAccount({ source });
  const second = await register(anOrder(renewed.token, { queueId: otherQueue }));
  expect(first.body.outcome).toBe('connected');
  const repaired = { id: first.body.id, outcome: 'repaired', name: 'Support', queueId: otherQueue };
  expect(second).toMatchObject({ status: 200, body: repaired });
  expect(house.network.subscriptions.get(source)).toEqual(subscription);
  expect((await channels.account(first.body.id)).credentials).toMatchObject({ token: renewed.token });
});

describe('where the network signs with a credential of its own', () => {
  const entrance = (webhookUrl: string) => {
    channels.forget();
    return channels.forWebhook('raven', webhookUrl.split('/').at(-1)!);
  };
  const signing = async (webhookUrl: string) => (await entrance(webhookUrl))?.secrets.signing;
  const trial = async (webhookUrl: string) => (await entrance(webhookUrl))?.trial?.signing;

  it('takes its calls by that, already while it is being connected', async () => {
    const { source, token } = anAccount();
    let meanwhile: readonly string[] | undefined;
    house.network.whileConnecting = async () => {
      meanwhile = await signing(house.network.subscriptions.get(source)!.webhookUrl);
    };
    const { body } = await register(anOrder(token, { messenger: 'raven' }));
    expect(house.network.subscriptions.get(source)?.webhookSecret).toBe(token);
    expect([meanwhile, await signing(body.webhookUrl)]).toEqual([[token], [token]]);
  });

  it('takes both while it is connected again, but what only tries the address by the new one: the old one would prove a wrong one, too', async () => {
    const { source, token } = anAccount();
    const { body } = await register(anOrder(token, { messenger: 'raven' }));
    const renewed = anAccount({ source });
    const meanwhile: unknown[] = [];
    house.network.whileConnecting = async () =>
      void meanwhile.push(await signing(body.webhookUrl), await trial(body.webhookUrl));
    await register(anOrder(renewed.token, { messenger: 'raven' }));
    expect(meanwhile).toEqual([[renewed.token, token], [renewed.token]]);
    expect([await signing(body.webhookUrl), await trial(body.webhookUrl)]).toEqual([[renewed.token], undefined]);
  });

  it('tries none alone any more when a server stopped while it was connected again', async () => {
    const { source, token } = anAccount();
    const { body } = await register(anOrder(token, { messenger: 'raven' }));
    const renewed = anAccount({ source });
    let stop!: () => void;
    const stopped = new Promise<never>((_, reject) => (stop = () => reject(new Error('stopped'))));
    let going: Promise<unknown> | undefined;
    await new Promise<void>((resolve) => {
      house.network.whileConnecting = () => (resolve(), stopped);
      going = register(anOrder(renewed.token, { messenger: 'raven' }));
    });
    expect(await trial(body.webhookUrl)).toEqual([renewed.token]);
    jest.useFakeTimers({ doNotFake: [...REAL_TIMERS], now: Date.now() + 3 * 60_000 });
    expect([await signing(body.webhookUrl), await trial(body.webhookUrl)]).toEqual([[renewed.token, token], undefined]);
    jest.useRealTimers();
    // Left alone it would give up minutes later, beside another file's tests.
    stop();
    await expect(going).rejects.toThrow();
  });

  it('takes nothing by one with which the network would not be connected', async () => {
    const { source, token } = anAccount();
    const { body } = await register(anOrder(token, { messenger: 'raven' }));
    const renewed = anAccount({ source });
    house.network.refuses = 'connect';
    await problemOf(register(anOrder(renewed.token, { messenger: 'raven' })));
    expect(await signing(body.webhookUrl)).toEqual([token]);
    house.network.refuses = undefined;
    house.network.unreachable = 'connect';
    await problemOf(register(anOrder(renewed.token, { messenger: 'raven' })));
    expect(await signing(body.webhookUrl)).toEqual([token]);
  });
});

it('switches a channel on again that is registered again', async () => {
  const { token } = anAccount();
  const { body } = await register(anOrder(token));
  await administration.update(body.id, { active: false });
  expect((await register(anOrder(token))).body.active).toBe(true);
  expect(await eventsOf(body.id)).toEqual(['channel.registered', 'channel.deactivated', 'channel.activated']);
});

it('ends in one channel when an account is registered ten times at once', async () => {
  const { source, token } = anAccount();
  const answers = await Promise.all(Array.from({ length: 10 }, () => register(anOrder(token))));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
  expect(new Set(answers.map(({ body }) => body.id + body.webhookUrl)).size).toBe(1);
  expect(await stored(source)).toHaveLength(1);
  const { secrets } = (await channels.forWebhook('pigeon', answers[0]!.body.webhookUrl.split('/').at(-1)!))!;
  expect(secrets.signing).toEqual([house.network.subscriptions.get(source)?.webhookSecret]);
});

it('ends in one channel when one of two registrations at once is refused', async () => {
  const { source, token } = anAccount();
  let calls = 0;
  house.network.whileConnecting = () => (++calls === 1 ? Promise.reject(new Error('slow down')) : Promise.resolve());
  const answers = await Promise.allSettled([register(anOrder(token)), register(anOrder(token))]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await stored(source)).toMatchObject([{ active: true, health: 'ok' }]);
});

it('starts over when the registration it joined gives up and takes the channel along', async () => {
  const { source, token } = anAccount();
  let calls = 0;
  house.network.whileConnecting = async () => {
    if (++calls === 1) await house.database.rows('DELETE FROM channels WHERE source = $1', [source]);
  };
  expect((await register(anOrder(token))).status).toBe(201);
  expect(await stored(source)).toMatchObject([{ active: true, health: 'ok' }]);
});

it('passes on why the network refuses, and leaves nothing behind', async () => {
  const unknown = await problemOf(register(anOrder('unknown-token')));
  expect(unknown).toMatchObject({
    statusCode: 422,
    code: 'token_invalid',
    detail: 'The network does not know this token.',
  });
  const { source, token } = anAccount();
  house.network.refuses = 'connect';
  expect(await problemOf(register(anOrder(token)))).toMatchObject({ statusCode: 422, code: 'bad_webhook' });
  expect(await stored(source)).toEqual([]);
});

it('leaves nothing behind when the network is away from the beginning', async () => {
  const { source, token } = anAccount();
  house.network.unreachable = 'identify';
  expect(await problemOf(register(anOrder(token)))).toMatchObject({ statusCode: 502, code: 'messenger_unreachable' });
  expect(await stored(source)).toEqual([]);
});

it('says so when the network went away half-way, and finishes at the next try with the same webhook', async () => {
  const { source, token } = anAccount();
  house.network.unreachable = 'connect';
  expect(await problemOf(register(anOrder(token)))).toMatchObject({ statusCode: 502 });
  const [half] = await stored(source);
  const shown = await administration.get(half!.id);
  expect(shown).toMatchObject({ active: false, health: 'connecting', healthDetail: expect.any(String) as string });
  expect(await eventsOf(half!.id)).toEqual([]);
  expect(await problemOf(administration.update(half!.id, { active: true }))).toMatchObject({ code: 'not_connected' });
  house.network.unreachable = undefined;
  const { status, body } = await register(anOrder(token));
  expect([status, body.id, body.webhookUrl]).toEqual([201, half!.id, shown.webhookUrl]);
});

it('leaves a channel as it was when repairing it fails', async () => {
  const { source, token } = anAccount();
  const { body } = await register(anOrder(token));
  const renewed = anAccount({ source });
  house.network.refuses = 'connect';
  await problemOf(register(anOrder(renewed.token)));
  expect(body).toEqual({ ...(await administration.get(body.id)), outcome: 'connected', secrets: null });
  expect((await channels.account(body.id)).credentials).toMatchObject({ token });
});

it('takes what the network delivers while the account is still being connected', async () => {
  const { source, token } = anAccount();
  let seen: unknown;
  house.network.whileConnecting = async () => {
    const { webhookUrl, webhookSecret } = house.network.subscriptions.get(source)!;
    const entrance = await channels.forWebhook('pigeon', webhookUrl.split('/').at(-1)!);
    const claimed = [...(await house.get(ReceivingChannels).of([{ messenger: 'pigeon', source }])).values()];
    seen = { signed: entrance?.secrets.signing.includes(webhookSecret), active: claimed[0]?.active };
  };
  await register(anOrder(token));
  expect(seen).toEqual({ signed: true, active: true });
});

it('refuses what it cannot fulfil, and says where', async () => {
  const { token } = anAccount();
  const unknownQueue = await problemOf(register(anOrder(token, { queueId: newId() })));
  expect(unknownQueue).toMatchObject({ statusCode: 422, code: 'unknown_queue', pointers: [{ pointer: '#/queueId' }] });
  const fax = await problemOf(register(anOrder(token, { messenger: 'fax' })));
  expect(fax).toMatchObject({ statusCode: 422, code: 'unknown_messenger', pointers: [{ pointer: '#/messenger' }] });
  house.network.unavailable = 'The app secret is not configured.';
  const unavailable = await problemOf(register(anOrder(token)));
  expect(unavailable).toMatchObject({ statusCode: 422, detail: 'The app secret is not configured.' });
});

it.each<[string, Record<string, unknown>, string]>([
  ['a missing credential', {}, '#/credentials/token'],
  ['a credential nobody asked for', { token: 'a', 'to/ken': 'b' }, '#/credentials/to~1ken'],
  ['an object for a text', { token: { $gt: '' } }, '#/credentials/token'],
  ['an empty text', { token: '' }, '#/credentials/token'],
  ['a text with NUL', { token: 'a\0b' }, '#/credentials/token'],
  ['a text with a line end', { token: 'a\r\nHost: b' }, '#/credentials/token'],
  ['a huge text', { token: 'a'.repeat(5000) }, '#/credentials/token'],
])('refuses %s', async (_, credentials, pointer) => {
  const problem = await problemOf(
    register({ messenger: 'pigeon', queueId, credentials: credentials as { token: string } }),
  );
  expect(problem).toMatchObject({ statusCode: 422, pointers: [{ pointer }] });
});

it('takes a token with the blanks that came along when it was copied', async () => {
  const { token } = anAccount();
  const { body } = await register(anOrder(`  ${token}\n`));
  expect((await channels.account(body.id)).credentials.token).toBe(token);
});

it('answers a repeated idempotency key with the first answer, and refuses it with another order', async () => {
  const { token } = anAccount();
  const order = anOrder(token);
  const first = await register(order, 'key-1');
  const second = await register(order, 'key-1');
  expect(second).toEqual({ ...first, replayed: true });
  const other = anAccount();
  expect(await problemOf(register(anOrder(other.token), 'key-1'))).toMatchObject({ code: 'idempotency_key_reused' });
  expect(await stored(other.source)).toEqual([]);
});

it('does not ask the network for a key that has its answer', async () => {
  const key = newId();
  const { source, token } = anAccount();
  const made = await register(anOrder(token), key);
  await house.database.rows(
    'UPDATE channels SET deleted_at = now(), active = false, webhook_key = NULL WHERE id = $1',
    [made.body.id],
  );
  house.network.subscriptions.delete(source);
  expect(await register(anOrder(token), key)).toEqual({ ...made, replayed: true });
  expect(await stored(source)).toMatchObject([{ id: made.body.id }]);
  const other = anAccount();
  expect(await problemOf(register(anOrder(other.token), key))).toMatchObject({ code: 'idempotency_key_reused' });
  expect([...house.network.subscriptions.keys()]).not.toContain(source);
  expect([...house.network.subscriptions.keys()]).not.toContain(other.source);
});

test('secrets made up for the other side are shown by the answer that makes the channel, and never again', async () => {
  house.network.reveal = { inboundSecret: 'whsec_shown_once' };
  const { token, source } = anAccount();
  const key = `key-${source}`;
  const made = await register(anOrder(token), key);
  expect(made).toMatchObject({ status: 201, body: { source, secrets: { inboundSecret: 'whsec_shown_once' } } });
  expect(await problemOf(register(anOrder(token), key))).toMatchObject({ statusCode: 409, code: 'already_done' });
  expect(await register(anOrder(token))).toMatchObject({ status: 200, body: { secrets: null } });
  expect(JSON.stringify(await administration.get(made.body.id))).not.toContain('whsec');
  const kept = await house.database.rows('SELECT body::text, status FROM idempotency_keys WHERE key = $1', [key]);
  expect(JSON.stringify(kept)).not.toContain('whsec');
});

test('where nothing was made up the answer is kept for a replay', async () => {
  const { token, source } = anAccount();
  const made = await register(anOrder(token), `key-${source}`);
  expect(made).toMatchObject({ status: 201, body: { secrets: null } });
  expect(await register(anOrder(token), `key-${source}`)).toEqual({ ...made, replayed: true });
});

describe('the picture of an account', () => {
  afterEach(() => (house.network.picture = undefined));
  const shown = async (id: string) => (await administration.get(id)).pictureUrl;

  it('is fetched once, and again when it is another one, or did not arrive', async () => {
    const { token } = anAccount();
    house.network.picture = { reference: 'first', version: '1' };
    const { id, pictureUrl } = (await register(anOrder(token))).body;
    expect([pictureUrl, await shown(id)]).toEqual([null, null]);
    house.pictures.arrived.add('first');
    const first = await shown(id);
    expect(first).toMatch(/^\/v1\/attachments\//);
    expect((await register(anOrder(token))).body.pictureUrl).toBe(first);
    house.network.picture = { reference: 'second', version: '2' };
    expect((await register(anOrder(token))).body.pictureUrl).toBeNull();
    house.network.picture = { reference: 'again', version: '2' };
    await register(anOrder(token));
    house.pictures.arrived.add('again');
    expect(await shown(id)).not.toBeNull();
    expect([...house.pictures.references.values()].filter((one) => ['first', 'second', 'again'].includes(one))).toEqual(
      ['again'],
    );
  });

  it('that cannot be told stops no registration, and the one there is stays', async () => {
    const { token } = anAccount();
    house.network.picture = { reference: 'kept', version: '1' };
    house.pictures.arrived.add('kept');
    const { id } = (await register(anOrder(token))).body;
    house.network.picture = 'unknown';
    expect(await register(anOrder(token))).toMatchObject({ status: 200, body: { health: 'ok' } });
    expect(await shown(id)).not.toBeNull();
  });
});

it('tells the messenger what was kept of an account that is registered again, without the webhook secrets', async () => {
  const { source, token } = anAccount();
  await register(anOrder(token));
  expect(house.network.known).toBeUndefined();
  await register(anOrder(anAccount({ source }).token));
  expect(house.network.known).toEqual({ token });
});
