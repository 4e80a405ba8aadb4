import { Channels } from '../channels.js';
import { ChannelAdministration } from '../channel-administration.js';
import { ReceivingChannels } from '../receiving-channels.js';
import { Registration } from '../registration.js';
import { Doctor } from '../doctor/doctor.js';
import { type CareHouse, LOST, openCareHouse } from '../testing/care-house.js';
import { ChannelRemoval } from './channel-removal.js';

/** Real: the room on PostgreSQL with a pool of one connection. Not real: the network, the use of channels. */
let house: CareHouse;
let removal: ChannelRemoval;

beforeAll(async () => {
  house = await openCareHouse();
  removal = house.get(ChannelRemoval);
});
afterAll(() => house.close());
afterEach(() => {
  house.use.open = 0;
  house.network.unreachableForGood = false;
  house.network.whileDisconnecting = undefined;
});

const eventsOf = async (channelId: string) => {
  const events = await house.database.rows<{ type: string }>(
    `SELECT type FROM events WHERE data ->> 'channelId' = $1 ORDER BY txid, id`,
    [channelId],
  );
  return events.map(({ type }) => type);
};

it('disconnects first; then nothing is received, nobody sees it, and its secrets are gone', async () => {
  const { id, source } = await house.aChannel();
  await removal.remove(id);
  expect(house.network.subscriptions.has(source)).toBe(false);
  await expect(house.get(ChannelAdministration).get(id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(house.get(Channels).account(id)).rejects.toThrow('There is no channel');
  expect((await house.get(ReceivingChannels).of([{ messenger: 'pigeon', source }])).size).toBe(0);
  expect(await eventsOf(id)).toEqual(['channel.registered', 'channel.deactivated', 'channel.deleted']);
});

it('frees the account for a new channel', async () => {
  const { id, order, request } = await house.aChannel();
  await removal.remove(id);
  const again = await house.get(Registration).register(order, request);
  expect(again).toMatchObject({ status: 201, body: { outcome: 'connected' } });
  expect(again.body.id).not.toBe(id);
});

it('leaves a channel with open chats as it is, and asks nobody', async () => {
  const { id, source } = await house.aChannel();
  house.use.open = 2;
  await expect(removal.remove(id)).rejects.toMatchObject({ code: 'channel_has_open_chats', extra: { openChats: 2 } });
  expect(house.network.subscriptions.has(source)).toBe(true);
  expect((await house.get(ChannelAdministration).get(id)).active).toBe(true);
});

it('keeps a channel in which a chat was opened while it was being disconnected', async () => {
  const { id } = await house.aChannel();
  house.network.whileDisconnecting = () => (house.use.open = 1);
  await expect(removal.remove(id)).rejects.toMatchObject({ code: 'channel_has_open_chats' });
  expect((await house.get(ChannelAdministration).get(id)).active).toBe(false);
});

it('keeps a channel whose messenger cannot be asked, inactive', async () => {
  const { id } = await house.aChannel();
  house.network.unreachableForGood = true;
  await expect(removal.remove(id)).rejects.toMatchObject({ statusCode: 502 });
  expect(await house.get(ChannelAdministration).get(id)).toMatchObject({ active: false });
});

it('keeps a channel that somebody registered again while it was being disconnected', async () => {
  const { id, order } = await house.aChannel();
  let again: Promise<{ body: { id: string; outcome: string } }> | undefined;
  house.network.whileDisconnecting = () => {
    const request = { caller: 'user:2', route: 'POST /v1/channels', key: undefined, request: order };
    again = house.get(Registration).register(order, request);
  };
  const removed = removal.remove(id);
  await expect(removed).rejects.toMatchObject({ statusCode: 409, code: 'channel_in_use_again' });
  expect((await again)?.body).toMatchObject({ id, outcome: 'repaired' });
  expect(await house.get(ChannelAdministration).get(id)).toMatchObject({ id, active: true });
});

it('is not connected again by a repair that comes between the messenger’s farewell and the end', async () => {
  const { id, source } = await house.aChannel();
  house.network.ailments.set(source, LOST);
  let repair: Promise<unknown> | undefined;
  house.network.whileDisconnecting = () => {
    repair = house
      .get(Doctor)
      .check(id, { repair: true, takeOver: false })
      .catch((error: unknown) => error);
  };
  await removal.remove(id);
  expect(await repair).toMatchObject({ statusCode: 404 });
  expect(house.network.subscriptions.has(source)).toBe(false);
});

it('writes down who made a channel inactive that then could not be deleted', async () => {
  const { id } = await house.aChannel();
  house.network.unreachableForGood = true;
  await expect(removal.remove(id)).rejects.toMatchObject({ statusCode: 502 });
  const entries = await house.database.rows(
    `SELECT action, before, after FROM audit_entries WHERE subject_id = $1 ORDER BY id DESC LIMIT 1`,
    [id],
  );
  expect(entries).toEqual([{ action: 'channel.updated', before: { active: true }, after: { active: false } }]);
});
