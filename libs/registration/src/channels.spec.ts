import { newId } from '#database';
import { Channels, ReceivingChannels, Registration } from './index.js';
import { ChannelAdministration } from './channel-administration.js';
import { ChannelSecrets } from './channel-secrets.js';
import { aQueue, openRegistrationHouse, type RegistrationHouse } from './testing/registration-house.js';

let house: RegistrationHouse;
let channels: Channels;
let administration: ChannelAdministration;
let queueId: string;
let accounts = 0;

beforeAll(async () => {
  house = await openRegistrationHouse();
  channels = house.get(Channels);
  administration = house.get(ChannelAdministration);
  queueId = await aQueue(house.database);
});
afterAll(() => house.close());

async function aChannel(messenger = 'pigeon') {
  const source = `account-${++accounts}`;
  const token = `token-of-${source}`;
  house.network.accounts.set(token, { source, name: source });
  const order = { messenger, queueId, credentials: { token } };
  const request = { caller: 'user:1', route: 'POST /v1/channels', key: undefined, request: order };
  const { body } = await house.get(Registration).register(order, request);
  return { ...body, token, key: body.webhookUrl.split('/').at(-1)! };
}

async function eventsOf(channelId: string) {
  return house.database.rows<{ type: string; audience: unknown; data: object }>(
    `SELECT type, audience, data FROM events WHERE data ->> 'channelId' = $1 ORDER BY txid, id`,
    [channelId],
  );
}

async function receiving(...accounts: { messenger: string; source: string }[]) {
  return [...(await house.get(ReceivingChannels).of(accounts)).values()];
}

it('finds a channel by its webhook key', async () => {
  const { id, source, token, key } = await aChannel();
  const secret = house.network.subscriptions.get(source)!.webhookSecret;
  expect(await channels.forWebhook('pigeon', key)).toEqual({
    account: { channelId: id, messenger: 'pigeon', source, credentials: { token, webhookSecret: secret } },
    secrets: { signing: [secret] },
  });
});

it('accepts the previous secret too while a secret is being changed', async () => {
  const { id, source, key } = await aChannel();
  const webhookSecret = house.network.subscriptions.get(source)!.webhookSecret;
  const secrets = house.get(ChannelSecrets).seal(id, { webhookSecret: 'new', previousWebhookSecret: webhookSecret });
  const set = `UPDATE channels SET secrets = $2, replaced_until = now() + interval '1 hour' WHERE id = $1`;
  await house.database.rows(set, [id, JSON.stringify(secrets)]);
  channels.forget();
  expect(await channels.forWebhook('pigeon', key)).toMatchObject({
    secrets: { signing: ['new', webhookSecret] },
    staying: { signing: ['new'] },
  });
});

it.each(['', 'x', 'k'.repeat(43), 'k'.repeat(1000), "' OR true --", 'a\0b'.repeat(10)])(
  'knows no key %j',
  async (key) => {
    await aChannel();
    expect(await channels.forWebhook('pigeon', key)).toBeUndefined();
    expect(await channels.forWebhook('owl', key)).toBeUndefined();
  },
);

it('keeps the keys of messengers apart', async () => {
  const { key } = await aChannel();
  const appKey = await channels.appKey('owl');
  expect(await channels.forWebhook('owl', key)).toBeUndefined();
  expect(await channels.forWebhook('pigeon', appKey)).toBeUndefined();
  expect(await channels.forWebhook('fax', key)).toBeUndefined();
});

it('opens the one webhook of an app with the app’s secrets, for no channel in particular', async () => {
  await aChannel('owl');
  const entrance = await channels.forWebhook('owl', await channels.appKey('owl'));
  expect(entrance).toEqual({ secrets: { signing: ['app secret'], verifyToken: 'verify' } });
});

it('refuses to open secrets that were moved to another channel or field', async () => {
  const [one, other] = [await aChannel(), await aChannel()];
  await house.database.rows(
    'UPDATE channels SET secrets = (SELECT secrets FROM channels WHERE id = $2) WHERE id = $1',
    [one.id, other.id],
  );
  channels.forget();
  await expect(channels.account(one.id)).rejects.toThrow();
  const secrets = house.get(ChannelSecrets);
  const { token = '' } = secrets.seal(one.id, { token: 'secret' });
  expect(() => secrets.open({ id: one.id, secrets: { webhookSecret: token } })).toThrow();
});

it('knows the channels that receive, active or not, and an inactive one as active at once', async () => {
  const [on, off] = [await aChannel(), await aChannel()];
  await administration.update(off.id, { active: false });
  const claimed = await receiving(
    on,
    off,
    { messenger: 'pigeon', source: 'nobody' },
    { messenger: 'owl', source: on.source },
  );
  expect(claimed).toHaveLength(2);
  expect(claimed).toEqual(
    expect.arrayContaining([
      { id: on.id, messenger: 'pigeon', source: on.source, queueId, active: true, keepsGuests: false },
      { id: off.id, messenger: 'pigeon', source: off.source, queueId, active: false, keepsGuests: false },
    ]),
  );
  await house.database.rows('UPDATE channels SET active = true WHERE id = $1', [off.id]);
  expect(await receiving(off)).toMatchObject([{ id: off.id, active: true }]);
});

it('knows no account of a channel that does not exist', async () => {
  await expect(channels.account(newId())).rejects.toThrow('There is no channel');
});

it('tells once that a channel needs new credentials, and once that it has them', async () => {
  const { id } = await aChannel();
  const detail = 'The bot’s token was revoked. Register the bot again.';
  for (const [health, sentence] of [
    ['ok'],
    ['needs_reauthorization', detail],
    ['needs_reauthorization', detail],
    ['ok'],
  ] as const) {
    await house.database.transaction((tx) => channels.markHealth(tx, id, health, sentence));
  }
  expect(await eventsOf(id)).toMatchObject([
    { type: 'channel.registered' },
    { type: 'channel.health_changed', data: { health: 'needs_reauthorization', healthDetail: detail } },
    { type: 'channel.health_changed', data: { health: 'ok', healthDetail: null } },
  ]);
});

it('changes what is given, and tells admins and supervisors what happened', async () => {
  const { id } = await aChannel();
  const otherQueue = await aQueue(house.database);
  const changes = { name: 'Sales', queueId: otherQueue, language: 'pt-BR', active: false };
  expect(await administration.update(id, changes)).toMatchObject(changes);
  await administration.update(id, changes);
  await administration.update(id, { active: true });
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type)).toEqual([
    'channel.registered',
    'channel.changed',
    'channel.deactivated',
    'channel.activated',
  ]);
  expect(events.at(-1)).toMatchObject({
    audience: { roles: ['supervisor', 'admin'] },
    data: { ...changes, active: true },
  });
});

it('refuses changes to a channel, or to a queue, that does not exist', async () => {
  const { id } = await aChannel();
  await expect(administration.update(newId(), { active: true })).rejects.toMatchObject({ statusCode: 404 });
  await expect(administration.get(newId())).rejects.toMatchObject({ statusCode: 404 });
  const toNowhere = administration.update(id, { name: 'Lost', queueId: newId() });
  await expect(toNowhere).rejects.toMatchObject({ statusCode: 422, code: 'unknown_queue' });
  expect((await administration.get(id)).name).not.toBe('Lost');
});

it('lists channels page by page, newest first', async () => {
  const made = [await aChannel(), await aChannel(), await aChannel()].map(({ id }) => id).reverse();
  const first = await administration.list({ limit: 2 });
  const second = await administration.list({ limit: 2, cursor: first.page.next! });
  expect([...first.data, ...second.data].map(({ id }) => id).slice(0, 3)).toEqual(made);
  await expect(administration.list({ limit: 2, cursor: 'WyJ4Il0' })).rejects.toMatchObject({ code: 'invalid_cursor' });
});
