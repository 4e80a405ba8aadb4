import { newId } from '#database';
import { ChannelAdministration } from '../channel-administration.js';
import { Channels, Registration } from '../index.js';
import { aQueue, openRegistrationHouse, type RegistrationHouse } from '../testing/registration-house.js';
import { SecretRotation } from './secret-rotation.js';

let house: RegistrationHouse;
let channels: Channels;
let queueId: string;

beforeAll(async () => {
  house = await openRegistrationHouse();
  channels = house.get(Channels);
  queueId = await aQueue(house.database);
});
afterAll(() => house.close());
afterEach(() => {
  house.network.unreachable = house.network.refuses = house.network.reveal = house.network.whileConnecting = undefined;
});

async function aChannel(messenger = 'pigeon') {
  const source = `account-${newId()}`;
  const token = `token-of-${source}`;
  house.network.accounts.set(token, { source, name: source });
  const order = { messenger, queueId, credentials: { token } };
  const register = async () => {
    const request = { caller: 'user:1', route: 'POST /v1/channels', key: undefined, request: order };
    return (await house.get(Registration).register(order, request)).body;
  };
  const { id, webhookUrl } = await register();
  const signing = async () => {
    channels.forget();
    return (await channels.forWebhook(messenger, webhookUrl.split('/').at(-1)!))?.secrets.signing;
  };
  return { id, source, register, signing, told: () => house.network.subscriptions.get(source)!.webhookSecret };
}

function rotate(id: string, hours = 24, key?: string) {
  const request = { caller: 'user:1', route: `POST /v1/channels/${id}/secret`, key, request: { hours } };
  return house.get(SecretRotation).rotate(id, hours, request);
}

it('takes the new secret before the messenger hears of it, and the old one for a day after', async () => {
  const { id, signing, told } = await aChannel();
  const old = told();
  let meanwhile: readonly string[] | undefined;
  house.network.whileConnecting = async () => void (meanwhile = await signing());
  const { body } = await rotate(id);
  expect(told()).not.toBe(old);
  expect(meanwhile).toEqual([told(), old]);
  expect(await signing()).toEqual([told(), old]);
  expect(Date.parse(body.replacedSecretUntil!) - Date.now()).toBeGreaterThan(23 * 3_600_000);
  expect(body.secrets).toBeNull();
});

it('is not finished where the account is registered again meanwhile: the messenger may have been told the old one last', async () => {
  const { id, register, signing, told } = await aChannel();
  const old = told();
  house.network.whileConnecting = async () => {
    house.network.whileConnecting = undefined;
    await register();
  };
  await expect(rotate(id, 0)).rejects.toMatchObject({ statusCode: 409, code: 'rotation_overtaken' });
  expect(told()).toBe(old);
  expect(await signing()).toContain(old);
  await rotate(id, 0);
  expect(await signing()).toEqual([told()]);
});

it('ends the old secret at its time, at the next change, or at once', async () => {
  const { id, signing, told } = await aChannel();
  const first = told();
  await rotate(id);
  const second = told();
  await rotate(id);
  expect(await signing()).toEqual([told(), second]);
  await house.database.rows(`UPDATE channels SET replaced_until = now() WHERE id = $1`, [id]);
  expect(await signing()).toEqual([told()]);
  expect(await house.get(ChannelAdministration).get(id)).toMatchObject({ replacedSecretUntil: null });
  await rotate(id, 0);
  expect(await signing()).toEqual([told()]);
  expect(new Set([first, second, told()]).size).toBe(3);
});

it('keeps both secrets where the messenger could not be told, and goes on with the same', async () => {
  const { id, signing, told, register } = await aChannel();
  const old = told();
  house.network.unreachable = 'connect';
  await expect(rotate(id)).rejects.toMatchObject({ statusCode: 502 });
  house.network.unreachable = undefined;
  const pending = await signing();
  expect(pending).toEqual([expect.any(String), old]);
  await register();
  expect(await signing()).toEqual(pending);
  await rotate(id);
  expect([told(), old]).toEqual(pending);
  expect(await signing()).toEqual(pending);
});

it('a registration that told the messenger the old secret meanwhile tells it the new one', async () => {
  const { id, source, told, register } = await aChannel();
  const ours = house.network.subscriptions.get(source)!;
  let rotated = false;
  house.network.whileConnecting = async () => {
    if (rotated) return;
    rotated = true;
    await rotate(id);
    // The registration’s call reaches the network last.
    house.network.subscriptions.set(source, ours);
  };
  const old = told();
  await register();
  expect(rotated).toBe(true);
  expect(told()).not.toBe(old);
  expect((await channels.account(id)).credentials.webhookSecret).toBe(told());
});

it('gives one new secret to two who ask at once, and tells the second', async () => {
  const { id, signing, told } = await aChannel();
  const old = told();
  const outcomes = await Promise.allSettled([rotate(id), rotate(id)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'rotation_overtaken' },
  });
  expect(await signing()).toEqual([told(), old]);
});

it('shows once what was made up for the other side, and repeats nothing under the same key', async () => {
  const { id, told } = await aChannel();
  const plain = await rotate(id, 24, 'plain');
  const now = told();
  expect(await rotate(id, 24, 'plain')).toMatchObject({ replayed: true, body: plain.body });
  await expect(rotate(id, 1, 'plain')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  expect(told()).toBe(now);
  house.network.reveal = { word: 'open sesame' };
  expect((await rotate(id, 24, 'shown')).body.secrets).toEqual({ word: 'open sesame' });
  await expect(rotate(id, 24, 'shown')).rejects.toMatchObject({ code: 'already_done' });
});

it('is written down in the transaction: an event of the channel, and who did it', async () => {
  const { id, told } = await aChannel();
  const { body } = await rotate(id);
  const events = await house.database.rows(`SELECT type FROM events WHERE data ->> 'channelId' = $1 ORDER BY id`, [id]);
  expect(events).toEqual([{ type: 'channel.registered' }, { type: 'channel.changed' }]);
  const audit = `SELECT action, after FROM audit_entries WHERE subject_id = $1 ORDER BY id DESC LIMIT 1`;
  expect(await house.database.rows(audit, [id])).toEqual([
    { action: 'channel.secret_rotated', after: { replacedSecretUntil: body.replacedSecretUntil } },
  ]);
  const stored = JSON.stringify(await house.database.rows('SELECT * FROM channels WHERE id = $1', [id]));
  expect(stored).not.toContain(told());
});

it('changes nothing where there is no secret to change', async () => {
  const owl = await aChannel('owl');
  await expect(rotate(owl.id)).rejects.toMatchObject({ code: 'secret_in_settings' });
  const raven = await aChannel('raven');
  await expect(rotate(raven.id)).rejects.toMatchObject({ code: 'secret_of_messenger' });
  const polled = await aChannel();
  await house.database.rows(`UPDATE channels SET delivery = 'polling' WHERE id = $1`, [polled.id]);
  await expect(rotate(polled.id)).rejects.toMatchObject({ code: 'not_called' });
  await expect(rotate(newId())).rejects.toMatchObject({ statusCode: 404 });
});
