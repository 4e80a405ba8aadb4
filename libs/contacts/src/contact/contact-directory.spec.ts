import { newId } from '#database';
import type { Caller } from '#identity';
import { ContactBook } from '../index.js';
import { EditContact } from './edit-contact.js';
import { ContactDirectory } from './contact-directory.js';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';

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
    email: null,
    phone: null,
    language: null,
    note: null,
    attributes: {},
    identities: [{ id: identityId, messenger: 'pigeon', scope: '', externalId, name: 'Anna', contactId: id }],
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
  const first = await directory.list(aCaller('admin'), { limit: 2 });
  const second = await directory.list(aCaller('admin'), { limit: 2, cursor: first.page.next! });
  expect([...first.data, ...second.data].map(({ id }) => id).slice(0, 3)).toEqual(made);
  expect(first.data.map(({ identities }) => identities.length)).toEqual([1, 1]);
});

it.each(['x', 'WyJ4Il0', Buffer.from('["a","b"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
  await expect(directory.list(aCaller('admin'), { limit: 2, cursor })).rejects.toMatchObject({
    statusCode: 400,
    code: 'invalid_cursor',
  });
});

async function found(text: string, caller = aCaller('admin')): Promise<string[]> {
  return (await directory.list(caller, { limit: 100, text })).data.map(({ id }) => id);
}

it('finds contacts by the beginnings of their words, whatever the letters’ case and accents', async () => {
  const [zoe, other] = [await aContact('Zoë Ångström-Weiß'), await aContact('Zoë Klein')];
  expect(await found('zoe')).toEqual([other.id, zoe.id]);
  expect(await found('ANG  zo')).toEqual([zoe.id]);
  expect(await found('weiß')).toEqual([zoe.id]);
  expect(await found('strom')).toEqual([]);
  expect(await found(`zo' | 'kl`)).toEqual([other.id]);
});

it('finds contacts by e-mail, by any end of a phone number, and by the messenger’s id', async () => {
  const { id, externalId } = await aContact('Boris');
  await house
    .get(EditContact)
    .updateContact(aCaller('admin'), id, { email: 'b.o@Mail.example', phone: '+380 (44) 555-01-99' });
  expect(await found('b.o@mail.exa')).toEqual([id]);
  expect(await found('380445')).toEqual([id]);
  expect(await found('045 555 01 99')).toEqual([]);
  expect(await found('044 555 01 99')).toEqual([id]);
  expect(await found('55501')).toEqual([id]);
  expect(await found(externalId.slice(0, 30))).toEqual([id]);
  expect(await found('%')).toEqual([]);
  expect(await found(`${externalId.slice(0, 5)}_`)).toEqual([]);
});

it('pages through what it finds', async () => {
  const made = [];
  for (let number = 0; number < 5; number++) made.unshift((await aContact('Xavier')).id);
  const pages: string[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const { data, page } = await directory.list(aCaller('admin'), { limit: 2, text: 'xav', cursor });
    pages.push(...data.map(({ id }) => id));
    [cursor, more] = [page.next ?? undefined, page.next !== null];
  }
  expect(pages).toEqual(made);
});

it('lists and finds for agents those they may see only, and for their API keys nobody', async () => {
  const [mine, other] = [await aContact('Quentin Q'), await aContact('Quentin R')];
  const agent = aCaller('agent');
  house.visibility.allow(agent.id, mine.id);
  expect(await found('quentin')).toEqual([other.id, mine.id]);
  expect(await found('quentin', agent)).toEqual([mine.id]);
  expect(await found(other.externalId, agent)).toEqual([]);
  expect((await directory.list(agent, { limit: 10 })).data.map(({ id }) => id)).toEqual([mine.id]);
  expect(await found('quentin', { ...agent, kind: 'key' })).toEqual([]);
});
