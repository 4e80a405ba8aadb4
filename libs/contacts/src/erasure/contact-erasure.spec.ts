import { newId } from '#database';
import type { Caller } from '#identity';
import { ContactDirectory } from '../contact/contact-directory.js';
import { ContactBook } from '../identity/contact-book.js';
import { IdentityAccess } from '../identity/identity-access.js';
import { ProfileJob } from '../identity/profile-job.js';
import { MergeContacts } from '../merge/merge-contacts.js';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';
import { ContactErasure } from './contact-erasure.js';

/** Real: PostgreSQL. */
let house: ContactsHouse;
let erasure: ContactErasure;
beforeAll(async () => {
  house = await openContactsHouse({ poolSize: 5 });
  erasure = house.get(ContactErasure);
});
afterAll(() => house.close());

const admin: Caller = { kind: 'user', id: newId(), role: 'admin', name: 'Ada' };
const forget = (id: string) => house.database.transaction((tx) => erasure.forget(tx, id));

function sender(externalId: string) {
  return { messenger: 'pigeon', scope: '', externalId, channelId: newId() };
}

function writes(externalId: string) {
  return house.database.transaction((tx) => house.get(ContactBook).identify(tx, [sender(externalId)]));
}

it('forgets the contact and what was merged into it, and who its people were', async () => {
  const [anna, other] = [await house.aPerson('Anna'), await house.aPerson('Olha')];
  await house.get(MergeContacts).mergeContacts(admin, anna.contactId, other.contactId);
  const forgotten = await forget(other.contactId);
  expect(forgotten).toMatchObject({ contactId: anna.contactId, contactIds: [anna.contactId, other.contactId] });
  expect(forgotten!.identities.map(({ externalId }) => externalId).sort()).toEqual(
    [anna.externalId, other.externalId].sort(),
  );
  for (const { contactId, identityId } of [anna, other]) {
    const contact = house.get(ContactDirectory).get(admin, contactId);
    await expect(contact).rejects.toMatchObject({ statusCode: 404 });
    await expect(house.get(IdentityAccess).getIdentity(admin, identityId)).rejects.toMatchObject({ statusCode: 404 });
  }
  const rest = await house.database.row('SELECT name, contact_id FROM identities WHERE id = $1', [anna.identityId]);
  expect(rest).toEqual({ name: null, contact_id: null });
  expect(await forget(anna.contactId)).toBeUndefined();
});

it('knows whoever writes again as a stranger', async () => {
  const { contactId, identityId, externalId } = await house.aPerson('Anna');
  await forget(contactId);
  const [again] = await writes(externalId);
  expect(again!.identityId).not.toBe(identityId);
  expect(again!.contactId).not.toBe(contactId);
});

it('a first message that finds the person while they are erased comes from a stranger', async () => {
  const { contactId, identityId, externalId } = await house.aPerson('Anna');
  let writing: ReturnType<typeof writes> | undefined;
  await house.database.transaction(async (tx) => {
    await erasure.forget(tx, contactId);
    writing = writes(externalId);
    await house.somebodyWaits();
  });
  const [found] = await writing!;
  expect(found!.identityId).not.toBe(identityId);
  expect(found!.contactId).not.toBeNull();
});

it('waits for a message that is opening a chat for the person', async () => {
  const { contactId, externalId } = await house.aPerson('Anna');
  const done: string[] = [];
  let forgetting: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await house.get(ContactBook).identify(tx, [sender(externalId)]);
    forgetting = forget(contactId).then(() => done.push('forgotten'));
    await house.somebodyWaits();
    done.push('opened');
  });
  await forgetting;
  expect(done).toEqual(['opened', 'forgotten']);
});

it('a name that was being fetched is not kept', async () => {
  const { contactId, identityId } = await house.aPerson();
  house.profiles.answer = async () => {
    await forget(contactId);
    return { name: 'Late' };
  };
  await Promise.all(await house.get(ProfileJob).run({ identityId, channelId: newId() }));
  expect(await house.database.row('SELECT name FROM identities WHERE id = $1', [identityId])).toEqual({ name: null });
});
