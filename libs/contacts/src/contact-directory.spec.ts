import { newId } from '#database';
import type { Caller } from '#identity';
import { ContactBook } from './index.js';
import { ContactDirectory } from './contact-directory.js';
import { type ContactsHouse, openContactsHouse } from './testing/contacts-house.js';

let house: ContactsHouse;
let directory: ContactDirectory;

beforeAll(async () => {
  house = await openContactsHouse();
  directory = house.get(ContactDirectory);
});
afterAll(() => house.close());

async function aContact(name?: string) {
  const sender = { messenger: 'pigeon', scope: '', externalId: newId(), channelId: newId(), name };
  const [identified] = await house.database.transaction((tx) => house.get(ContactBook).identify(tx, [sender]));
  return { ...identified!, id: identified!.contactId!, externalId: sender.externalId };
}

function aCaller(role: Caller['role'], kind: Caller['kind'] = 'user'): Caller {
  return { kind, id: newId(), role, name: 'Somebody' };
}

it('shows a contact with everyone the messengers know it as', async () => {
  const { id, identityId, externalId } = await aContact('Anna');
  expect(await directory.get(aCaller('supervisor'), id)).toEqual({
    id,
    name: 'Anna',
    identities: [{ id: identityId, messenger: 'pigeon', scope: '', externalId, name: 'Anna' }],
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
  });
});

it('shows agents those they chat with, and answers 404 for all others', async () => {
  const [mine, other] = [await aContact(), await aContact()];
  const agent = aCaller('agent');
  house.visibility.allow(agent.id, mine.id);
  expect(await directory.get(agent, mine.id)).toMatchObject({ id: mine.id });
  const notMine = directory.get(agent, other.id);
  await expect(notMine).rejects.toMatchObject({ statusCode: 404, detail: 'There is no such contact.' });
});

it('shows an agent’s API key nobody: it holds no chats', async () => {
  const { id } = await aContact();
  const key = aCaller('agent', 'key');
  house.visibility.allow(key.id, id);
  await expect(directory.get(key, id)).rejects.toMatchObject({ statusCode: 404 });
});

it('answers 404 for a contact that does not exist, to admins too', async () => {
  await expect(directory.get(aCaller('admin'), newId())).rejects.toMatchObject({ statusCode: 404 });
});

it('lists contacts page by page, newest first', async () => {
  const made = [await aContact('a'), await aContact('b'), await aContact('c')].map(({ id }) => id).reverse();
  const first = await directory.list({ limit: 2 });
  const second = await directory.list({ limit: 2, cursor: first.page.next! });
  expect([...first.data, ...second.data].map(({ id }) => id).slice(0, 3)).toEqual(made);
  expect(first.data.map(({ identities }) => identities.length)).toEqual([1, 1]);
});

it.each(['x', 'WyJ4Il0', Buffer.from('["a","b"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
  await expect(directory.list({ limit: 2, cursor })).rejects.toMatchObject({ statusCode: 400, code: 'invalid_cursor' });
});
