import { newId } from '#database';
import type { Caller } from '#identity';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';
import { EditContact } from './edit-contact.js';

/** Real: PostgreSQL. */
let house: ContactsHouse;
let edit: EditContact;
beforeAll(async () => {
  house = await openContactsHouse({ poolSize: 5 });
  edit = house.get(EditContact);
});
afterAll(() => house.close());

const admin: Caller = { kind: 'user', id: newId(), role: 'admin', name: 'Ada' };

function eventsOf(contactId: string) {
  return house.database.rows(`SELECT type, audience, data FROM events WHERE data ->> 'contactId' = $1`, [contactId]);
}

it('changes what is given, tells it once, and nothing where nothing differs', async () => {
  const { contactId } = await house.aPerson('Anna');
  const wish = {
    name: 'Anna Schmidt',
    email: 'anna@example.com',
    phone: '+49 30 1234567',
    language: 'de',
    note: 'Likes\ntea',
  };
  const agent = newId();
  house.visibility.allow(agent, contactId);
  const changed = await edit.updateContact(admin, contactId, wish);
  expect(changed).toMatchObject({ id: contactId, ...wish });
  expect(await edit.updateContact(admin, contactId, wish)).toEqual(changed);
  expect(await edit.updateContact(admin, contactId, {})).toEqual(changed);
  const audience = { agents: [agent], roles: ['supervisor', 'admin'] };
  expect(await eventsOf(contactId)).toEqual([
    { type: 'contact.changed', audience, data: { contactId, name: 'Anna Schmidt' } },
  ]);
});

it('takes away what is null', async () => {
  const { contactId } = await house.aPerson('Anna');
  await edit.updateContact(admin, contactId, { email: 'a@example.com', note: 'x' });
  expect(await edit.updateContact(admin, contactId, { name: null, email: null, note: null })).toMatchObject({
    name: null,
    email: null,
    note: null,
  });
});

it('sets attributes by name, and keeps those not named', async () => {
  const { contactId } = await house.aPerson();
  await edit.updateContact(admin, contactId, { attributes: { city: 'Kyiv', plan: 'gold' } });
  const changed = await edit.updateContact(admin, contactId, { attributes: { plan: null, __proto__x: 'y' } });
  expect(changed.attributes).toEqual({ city: 'Kyiv', __proto__x: 'y' });
});

it('refuses more than 50 attributes, in one go and one by one', async () => {
  const { contactId } = await house.aPerson();
  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, number) => [`a${number}`, 'x']));
  await edit.updateContact(admin, contactId, { attributes: fifty });
  const oneMore = edit.updateContact(admin, contactId, { attributes: { b: 'x' } });
  await expect(oneMore).rejects.toMatchObject({ statusCode: 422 });
  await edit.updateContact(admin, contactId, { attributes: { a0: null, b: 'x' } });
});

it('two changes at once both stay', async () => {
  const { contactId } = await house.aPerson();
  await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      edit.updateContact(admin, contactId, { attributes: { [`from ${number}`]: 'x' } }),
    ),
  );
  const { attributes } = await edit.updateContact(admin, contactId, {});
  expect(Object.keys(attributes)).toHaveLength(20);
});

it('answers 404 for contacts an agent may not see', async () => {
  const { contactId } = await house.aPerson();
  const agent: Caller = { ...admin, id: newId(), role: 'agent' };
  await expect(edit.updateContact(agent, contactId, { name: 'Mine' })).rejects.toMatchObject({ statusCode: 404 });
  house.visibility.allow(agent.id, contactId);
  expect(await edit.updateContact(agent, contactId, { name: 'Mine' })).toMatchObject({ name: 'Mine' });
});
