import { type CareHouse, LOST, openCareHouse, RIVAL } from '../testing/care-house.js';
import { ChannelAdministration } from '../channel-administration.js';
import { ChannelRepository } from '../channel.repository.js';
import { ChannelRemoval } from '../removal/channel-removal.js';
import { Registration } from '../registration.js';
import { SecretRotation } from '../rotation/secret-rotation.js';
import { CheckRepository } from './check.repository.js';
import { Doctor } from './doctor.js';
import { Rounds } from './rounds.js';

/** Real: the room on PostgreSQL with a pool of one connection. Not real: the network, the use of channels. */
let house: CareHouse;
let doctor: Doctor;

beforeAll(async () => {
  house = await openCareHouse();
  doctor = house.get(Doctor);
});
afterAll(() => house.close());
afterEach(() => {
  house.network.unreachableForGood = false;
  house.network.whileInspecting = undefined;
});

const states = async (channelId: string) =>
  (await doctor.history(channelId, { limit: 50 })).data.map(({ findings }) => findings[0]?.state);
const visit = (channelId: string) => house.get(Rounds).visit({ channelId });

it('repairs on its rounds what was lost, by itself', async () => {
  const { id, source } = await house.aChannel();
  await visit(id);
  house.network.ailments.set(source, LOST);
  const { lastAt } = (await doctor.history(id, { limit: 1 })).data[0]!;
  await visit(id);
  expect(house.network.ailments.has(source)).toBe(false);
  // What came after the last check in order was missed.
  expect(house.use.caughtUp).toEqual([{ channelId: id, since: new Date(lastAt) }]);
  expect(await states(id)).toEqual(['ok']);
});

it('never takes anything over on its rounds, and keeps what it found', async () => {
  const { id, source } = await house.aChannel();
  house.network.ailments.set(source, RIVAL);
  await visit(id);
  expect(house.network.ailments.has(source)).toBe(true);
  expect(await states(id)).toEqual(['broken']);
});

it('keeps what it found when the network refuses to repair', async () => {
  const { id, source } = await house.aChannel();
  house.network.ailments.set(source, LOST);
  house.network.refuses = 'connect';
  await visit(id);
  house.network.refuses = undefined;
  expect(await states(id)).toEqual(['broken']);
});

it('visits channels in use only, and none that is gone meanwhile', async () => {
  const [used, unused] = [await house.aChannel(), await house.aChannel()];
  await house.get(ChannelAdministration).update(unused.id, { active: false });
  const due = await house.get(CheckRepository).due();
  expect(due).toContain(used.id);
  expect(due).not.toContain(unused.id);
  await expect(visit('0190a0a0-0000-7000-8000-000000000001')).resolves.toBeUndefined();
});

it('drops a webhook secret whose time is over, and no other', async () => {
  const [over, good] = [await house.aChannel(), await house.aChannel()];
  for (const { id } of [over, good]) {
    const request = { caller: 'user:1', route: id, key: undefined, request: {} };
    await house.get(SecretRotation).rotate(id, 24, request);
  }
  await house.database.rows('UPDATE channels SET replaced_until = now() WHERE id = $1', [over.id]);
  await house.get(ChannelRepository).forgetReplaced();
  const kept = async (id: string) => Object.keys((await house.get(ChannelRepository).get(id))!.secrets).sort();
  expect(await kept(over.id)).toEqual(['token', 'webhookSecret']);
  expect(await kept(good.id)).toEqual(['previousWebhookSecret', 'token', 'webhookSecret']);
});

it('begins a new entry only when something else is found', async () => {
  const { id, source } = await house.aChannel();
  const look = () => doctor.check(id, { repair: false, takeOver: false });
  await look();
  await look();
  house.network.ailments.set(source, LOST);
  await look();
  await look();
  expect(await states(id)).toEqual(['broken', 'ok']);
});

it('notes dead credentials', async () => {
  const { id, source } = await house.aChannel();
  house.network.ailments.set(source, { code: 'credential', state: 'broken', sentence: 'The token is dead.' });
  await doctor.check(id, { repair: false, takeOver: false });
  expect(await house.get(ChannelAdministration).get(id)).toMatchObject({
    health: 'needs_reauthorization',
    healthDetail: 'The token is dead.',
  });
});

it('does not take new credentials for dead that came while the old ones were looked at', async () => {
  const { id, source, order, request } = await house.aChannel();
  house.network.ailments.set(source, { code: 'credential', state: 'broken', sentence: 'The token is dead.' });
  house.network.accounts.set(`new-token-of-${source}`, { source, name: source });
  const renewed = { ...order, credentials: { token: `new-token-of-${source}` } };
  house.network.whileInspecting = () => house.get(Registration).register(renewed, request);
  await doctor.check(id, { repair: false, takeOver: false });
  expect(await house.get(ChannelAdministration).get(id)).toMatchObject({ health: 'ok', healthDetail: null });
});

it('keeps nothing of a channel that was deleted while it was looked at', async () => {
  const { id } = await house.aChannel();
  house.network.whileInspecting = () => house.get(ChannelRemoval).remove(id);
  await expect(doctor.check(id, { repair: false, takeOver: false })).rejects.toMatchObject({ statusCode: 404 });
});

it('says what it can when the network is away', async () => {
  const { id } = await house.aChannel();
  house.network.unreachableForGood = true;
  const { findings } = await doctor.check(id, { repair: true, takeOver: true });
  expect(findings.find(({ code }) => code === 'network')).toMatchObject({ state: 'unknown' });
  expect(findings.find(({ code }) => code === 'ledger')).toMatchObject({ state: 'ok' });
});
