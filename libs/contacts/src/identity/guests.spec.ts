import { newId } from '#database';
import type { Caller } from '#identity';
import { ContactDirectory } from '../contact/contact-directory.js';
import { MergeContacts } from '../merge/merge-contacts.js';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';
import { ContactBook } from './contact-book.js';
import { IdentityAccess } from './identity-access.js';
import { LinkIdentity } from './link-identity.js';
import { MakeContact } from './make-contact.js';
import { ProfileJob } from './profile-job.js';

/** Real: PostgreSQL. */
let house: ContactsHouse;
let links: LinkIdentity;
beforeAll(async () => {
  house = await openContactsHouse({ poolSize: 10 });
  links = house.get(LinkIdentity);
});
afterAll(() => house.close());

const admin: Caller = { kind: 'user', id: newId(), role: 'admin', name: 'Ada' };
const aGuest = (name?: string) => house.aPerson(name, { asGuest: true });
const identity = (id: string) => house.get(IdentityAccess).getIdentity(admin, id);
const contact = (id: string) => house.get(ContactDirectory).get(admin, id);
const make = (identityId: string, key?: string, name?: string) =>
  house.get(MakeContact).createContactOfGuest(admin, key, identityId, { name });

function eventsOf(identityId: string) {
  return house.database.rows<{ data: { contactId: string | null } }>(
    `SELECT type, data FROM events WHERE data ->> 'identityId' = $1 ORDER BY id`,
    [identityId],
  );
}

it('keeps guests as people without a contact, who stay guests when they write again', async () => {
  const guest = await aGuest('Anna');
  const sender = { messenger: 'pigeon', scope: '', externalId: guest.externalId, channelId: newId() };
  const again = await house.database.transaction((tx) => house.get(ContactBook).identify(tx, [sender]));
  expect(again).toEqual([{ identityId: guest.identityId, contactId: null }]);
  expect(await identity(guest.identityId)).toMatchObject({ name: 'Anna', contactId: null });
  const { data } = await house.get(ContactDirectory).list(admin, { limit: 10, text: guest.externalId });
  expect(data).toEqual([]);
});

it('fetches the names of guests, too', async () => {
  const { identityId } = await aGuest();
  house.profiles.answer = () => Promise.resolve({ name: 'Told' });
  await Promise.all(await house.get(ProfileJob).run({ identityId, channelId: newId() }));
  expect(await identity(identityId)).toMatchObject({ name: 'Told', contactId: null });
});

it('mixes guests and others in one batch', async () => {
  const sender = (asGuest: boolean) => ({
    messenger: 'pigeon',
    scope: '',
    externalId: newId(),
    channelId: newId(),
    asGuest,
  });
  const batch = [sender(true), sender(false), sender(true)];
  const identified = await house.database.transaction((tx) => house.get(ContactBook).identify(tx, batch));
  expect(identified.map(({ contactId }) => contactId === null)).toEqual([true, false, true]);
});

it('makes a contact of a guest, once for each key, and refuses whoever is one', async () => {
  const { identityId } = await aGuest('Anna');
  const made = await make(identityId, 'k1');
  expect(made).toMatchObject({ status: 201, body: { name: 'Anna', identities: [{ id: identityId }] } });
  expect(await contact(made.body.id)).toEqual(made.body);
  expect(await make(identityId, 'k1')).toMatchObject({ replayed: true, body: { id: made.body.id } });
  await expect(make(identityId)).rejects.toMatchObject({ code: 'already_linked', extra: { contactId: made.body.id } });
  expect(await eventsOf(identityId)).toEqual([
    { type: 'identity.changed', data: { identityId, contactId: made.body.id, name: 'Anna' } },
  ]);
  const { data } = await house.get(ContactDirectory).list(admin, { limit: 10, text: 'anna' });
  expect(data.map(({ id }) => id)).toContain(made.body.id);
});

it('makes one contact when two agents do it at once', async () => {
  const { identityId } = await aGuest('Anna');
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => make(identityId, undefined, 'Anna S.')));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('links a guest to a contact, moves them to another, and makes them a guest again', async () => {
  const [guest, one, other] = [await aGuest('Anna'), await house.aPerson('One'), await house.aPerson('Other')];
  const linked = await links.linkIdentity(admin, guest.identityId, one.contactId);
  expect(linked.identities.map(({ id }) => id)).toEqual([guest.identityId, one.identityId].sort());
  expect(await links.linkIdentity(admin, guest.identityId, one.contactId)).toEqual(linked);
  await links.linkIdentity(admin, guest.identityId, other.contactId);
  expect((await contact(one.contactId)).identities).toHaveLength(1);
  await links.unlinkIdentity(admin, guest.identityId);
  await links.unlinkIdentity(admin, guest.identityId);
  expect(await identity(guest.identityId)).toMatchObject({ contactId: null });
  const told = (await eventsOf(guest.identityId)).map(({ data }) => data.contactId);
  expect(told).toEqual([one.contactId, other.contactId, null]);
});

it('links to whoever answers for a merged contact', async () => {
  const [guest, one, other] = [await aGuest(), await house.aPerson('One'), await house.aPerson('Other')];
  await house.get(MergeContacts).mergeContacts(admin, one.contactId, other.contactId);
  expect(await links.linkIdentity(admin, guest.identityId, other.contactId)).toMatchObject({ id: one.contactId });
});

it('answers 404 for guests and contacts an agent may not see', async () => {
  const [guest, one] = [await aGuest(), await house.aPerson('One')];
  const agent: Caller = { ...admin, id: newId(), role: 'agent' };
  const link = () => links.linkIdentity(agent, guest.identityId, one.contactId);
  await expect(link()).rejects.toMatchObject({ statusCode: 404, detail: 'There is no such identity.' });
  house.visibility.allow(agent.id, guest.identityId);
  await expect(link()).rejects.toMatchObject({
    statusCode: 404,
    detail: 'There is no such contact.',
    pointers: [{ pointer: '#/contactId' }],
  });
  house.visibility.allow(agent.id, one.contactId);
  expect(await link()).toMatchObject({ id: one.contactId });
});
