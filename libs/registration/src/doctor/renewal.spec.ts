import type { MessengerRegistrationWorker } from '#messenger-kit';
import { ChannelAdministration } from '../channel-administration.js';
import { Channels, Registration } from '../index.js';
import { SecretRotation } from '../rotation/secret-rotation.js';
import { type CareHouse, openCareHouse } from '../testing/care-house.js';
import { Doctor } from './doctor.js';
import { Rounds } from './rounds.js';

/** Real: the room on PostgreSQL with a pool of one connection. Not real: the network, the use of channels. */
let house: CareHouse;

beforeAll(async () => {
  house = await openCareHouse();
});
afterAll(() => house.close());
afterEach(() => {
  house.network.renews = undefined;
});

type Renew = NonNullable<MessengerRegistrationWorker['renew']>;
const visit = (channelId: string) => house.get(Rounds).visit({ channelId });
const credentialsOf = async (channelId: string) => {
  house.get(Channels).forget();
  return (await house.get(Channels).account(channelId)).credentials;
};
const fresh: Renew = ({ credentials }) =>
  Promise.resolve({ kind: 'renewed', credentials: { token: `${credentials['token']}+`, endsAt: 'later' } });
const audited = (channelId: string) =>
  house.database.rows(
    `SELECT before, after FROM audit_entries WHERE subject_id = $1 AND action = 'channel.credentials_renewed'`,
    [channelId],
  );
const findingOf = async (channelId: string) => {
  const { findings } = await house.get(Doctor).check(channelId, { repair: true, takeOver: false });
  return findings.find(({ code }) => code === 'renewal');
};

it('keeps fresh credentials, sealed, with the webhook secrets there are', async () => {
  const { id, source } = await house.aChannel();
  await house.get(SecretRotation).rotate(id, 24, { caller: 'user:1', route: id, key: undefined, request: {} });
  const { token: _token, ...secrets } = await credentialsOf(id);
  house.network.renews = fresh;
  await visit(id);
  expect(await credentialsOf(id)).toEqual({ ...secrets, token: `token-of-${source}+`, endsAt: 'later' });
  const kept = await house.database.row<{ secrets: object }>('SELECT secrets FROM channels WHERE id = $1', [id]);
  expect(JSON.stringify(kept)).not.toContain('token-of');
  expect(await audited(id)).toEqual([{ before: null, after: null }]);
});

it('asks on rounds and where repairs are wanted, not where somebody only looks', async () => {
  const { id } = await house.aChannel();
  const asked = jest.fn<ReturnType<Renew>, Parameters<Renew>>(() => Promise.resolve({ kind: 'not_due' }));
  house.network.renews = asked;
  await house.get(Doctor).check(id, { repair: false, takeOver: false });
  expect(asked).not.toHaveBeenCalled();
  await visit(id);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(asked.mock.calls[0]?.[0]).toMatchObject({ channelId: id });
});

it('leaves credentials alone that were registered while the old ones were renewed', async () => {
  const { id, source, order, request } = await house.aChannel();
  house.network.accounts.set(`new-token-of-${source}`, { source, name: source });
  house.network.renews = async (account, now) => {
    const credentials = { token: `new-token-of-${source}` };
    await house.get(Registration).register({ ...order, credentials }, request);
    return fresh(account, now);
  };
  await visit(id);
  expect(await credentialsOf(id)).toMatchObject({ token: `new-token-of-${source}` });
});

it('renews the same credentials once, however many ask at the same time', async () => {
  const { id, source } = await house.aChannel();
  let asking = 0;
  let both: () => void;
  const met = new Promise<void>((resolve) => (both = resolve));
  house.network.renews = async (account, now) => {
    if ((asking += 1) === 2) both();
    await met;
    return fresh(account, now);
  };
  await Promise.all([visit(id), visit(id)]);
  expect(await credentialsOf(id)).toMatchObject({ token: `token-of-${source}+` });
  expect(await audited(id)).toHaveLength(1);
});

it('says so to whoever only looks, until it was tried again', async () => {
  const { id } = await house.aChannel();
  const sentence = 'The account is private: make it public.';
  const look = async () => {
    const { findings } = await house.get(Doctor).check(id, { repair: false, takeOver: false });
    return findings.find(({ code }) => code === 'renewal')?.sentence;
  };
  expect(await look()).toBeUndefined();
  house.network.renews = () => Promise.resolve({ kind: 'refused', code: 'private_account', sentence });
  await visit(id);
  expect(await look()).toBe(sentence);
  expect(await look()).toBe(sentence);
  house.network.renews = undefined;
  await visit(id);
  expect(await look()).toBeUndefined();
});

it('says why they are not renewed, and nothing when the network is away', async () => {
  const { id, source } = await house.aChannel();
  const sentence = 'The account is private: make it public.';
  house.network.renews = () => Promise.resolve({ kind: 'refused', code: 'private_account', sentence });
  expect(await findingOf(id)).toMatchObject({ state: 'warning', sentence });
  house.network.renews = () => Promise.reject(new Error('connect ECONNREFUSED'));
  expect(await findingOf(id)).toBeUndefined();
  expect(await credentialsOf(id)).toMatchObject({ token: `token-of-${source}` });
  expect(await house.get(ChannelAdministration).get(id)).toMatchObject({ health: 'ok' });
});
