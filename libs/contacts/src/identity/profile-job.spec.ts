import { newId } from '#database';
import { ContactBook } from '../index.js';
import { ProfileJob } from './profile-job.js';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';

let house: ContactsHouse;
const channelId = newId();

beforeAll(async () => {
  house = await openContactsHouse();
});
afterAll(() => house.close());

async function aPerson(name?: string) {
  const sender = { messenger: 'pigeon', scope: 'page-1', externalId: newId(), channelId, name };
  const [identified] = await house.database.transaction((tx) => house.get(ContactBook).identify(tx, [sender]));
  return { ...identified!, contactId: identified!.contactId!, externalId: sender.externalId };
}

function run(identityId: string, name?: string): Promise<void> {
  house.profiles.answer = () => Promise.resolve(name === undefined ? undefined : { name });
  return runFor(identityId);
}

async function runFor(...identityIds: string[]): Promise<void> {
  await Promise.all(await house.get(ProfileJob).run(identityIds.map((identityId) => ({ identityId, channelId }))));
}

function names(identityId: string) {
  return house.database.row<{ identity: string | null; contact: string | null; fetched: boolean }>(
    `SELECT i.name AS identity, c.name AS contact, profile_fetched_at IS NOT NULL AS fetched
     FROM identities i JOIN contacts c ON c.id = i.contact_id WHERE i.id = $1`,
    [identityId],
  );
}

function eventsOf(contactId: string) {
  return house.database.rows(`SELECT type, audience, data FROM events WHERE data ->> 'contactId' = $1`, [contactId]);
}

it('keeps the name the messenger tells, and tells those who see the contact', async () => {
  const { identityId, contactId, externalId } = await aPerson();
  const agent = newId();
  house.visibility.allow(agent, contactId);
  await run(identityId, ' Anna  Schmidt\0 ');
  expect(house.profiles.asked.at(-1)).toEqual({ scope: 'page-1', externalId });
  expect(await names(identityId)).toEqual({ identity: 'Anna Schmidt', contact: 'Anna Schmidt', fetched: true });
  expect(await eventsOf(contactId)).toEqual([
    {
      type: 'contact.changed',
      audience: { agents: [agent], roles: ['supervisor', 'admin'] },
      data: { contactId, name: 'Anna Schmidt' },
    },
  ]);
});

it('never replaces a name that is there', async () => {
  const { identityId, contactId } = await aPerson();
  await house.database.rows('UPDATE contacts SET name = $2 WHERE id = $1', [contactId, 'By hand']);
  await run(identityId, 'Anna');
  await run(identityId, 'Somebody else');
  expect(await names(identityId)).toEqual({ identity: 'Anna', contact: 'By hand', fetched: true });
  expect(await eventsOf(contactId)).toEqual([]);
});

it('never replaces a name that came while the messenger was asked', async () => {
  const { identityId } = await aPerson();
  house.profiles.answer = async () => {
    await house.database.rows('UPDATE identities SET name = $2 WHERE id = $1', [identityId, 'Meanwhile']);
    return { name: 'Too late' };
  };
  await runFor(identityId);
  expect(await names(identityId)).toMatchObject({ identity: 'Meanwhile' });
});

it.each([undefined, '', ' \n '])('is content when the messenger tells %j', async (name) => {
  const { identityId, contactId } = await aPerson();
  await run(identityId, name);
  expect(await names(identityId)).toEqual({ identity: null, contact: null, fetched: true });
  expect(await eventsOf(contactId)).toEqual([]);
});

it('fails, to be tried again, when the messenger could not be asked', async () => {
  const { identityId } = await aPerson();
  house.profiles.answer = () => Promise.reject(new Error('network away'));
  await expect(runFor(identityId)).rejects.toThrow('network away');
  expect(await names(identityId)).toMatchObject({ fetched: false });
});

it('asks for many people at once; only those fail whom the messenger could not be asked about', async () => {
  const people = [await aPerson(), await aPerson('Has one'), await aPerson(), await aPerson()];
  house.profiles.answer = ({ externalId }) =>
    externalId === people[2]!.externalId
      ? Promise.reject(new Error('network away'))
      : Promise.resolve({ name: 'Told' });
  const requests = people.map(({ identityId }) => ({ identityId, channelId }));
  const outcomes = await Promise.allSettled(await house.get(ProfileJob).run(requests));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  const now = await Promise.all(people.map(({ identityId }) => names(identityId)));
  expect(now.map((one) => one?.contact)).toEqual(['Told', 'Has one', null, 'Told']);
  const told = await Promise.all(people.map(({ contactId }) => eventsOf(contactId)));
  expect(told.map((events) => events.length)).toEqual([1, 0, 0, 1]);
});

it('a channel that is in no state to be asked keeps nobody of another one from being told', async () => {
  const [stuck, other] = [await aPerson(), await aPerson()];
  const gone = newId();
  house.profiles.answer = () => Promise.resolve({ name: 'Told' });
  house.profiles.unable.add(gone);
  const requests = [
    { identityId: stuck.identityId, channelId: gone },
    { identityId: other.identityId, channelId },
  ];
  const outcomes = await Promise.allSettled(await house.get(ProfileJob).run(requests));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect((await names(other.identityId))?.contact).toBe('Told');
});

it('takes a job of an earlier version, which is one request', async () => {
  const { identityId } = await aPerson();
  house.profiles.answer = () => Promise.reject(new Error('network away'));
  await expect(house.get(ProfileJob).run({ identityId, channelId })).rejects.toThrow('network away');
  house.profiles.answer = () => Promise.resolve({ name: 'Told' });
  await Promise.all(await house.get(ProfileJob).run({ identityId, channelId }));
  expect(await names(identityId)).toMatchObject({ contact: 'Told' });
});

it('has nothing to do for somebody who is gone', async () => {
  const asked = house.profiles.asked.length;
  await run(newId(), 'Anna');
  expect(house.profiles.asked).toHaveLength(asked);
});

it.each([null, 'x', {}, { identityId: 1, channelId }, { identityId: newId() }])(
  'refuses the payload %j',
  async (payload) => {
    await expect(house.get(ProfileJob).run(payload)).rejects.toThrow('names no identity');
  },
);
