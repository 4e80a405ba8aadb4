import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { aPicture, PNG } from '../apps/simulator/src/testing/samples.js';
import { aCustomer, anOpenChat, openDesk, outcomesOf, type OpenChat } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import type { TeamMessenger } from './support/team.js';
import { all, chatsOf, chatWith, type ChatView, messagesOf } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets, disk. Simulated: the messengers and their media hosts. */
let house: House;
beforeAll(async () => {
  house = await openDesk({ agents: 2 });
}, 120_000);
afterAll(() => house?.close());

interface IdentityBody {
  readonly id: string;
  readonly externalId: string;
  readonly contactId: string | null;
}
interface ContactBody {
  readonly id: string;
  readonly name: string | null;
  readonly identities: IdentityBody[];
}
interface ErasureBody {
  readonly id: string;
  readonly state: string;
  readonly counts: Record<string, number>;
}
type Chats = { readonly chatId: string; readonly status: string; readonly agent: { id: string } | null }[];

const admin = () => house.team.admin;
const first = () => house.team.agents[0]!;
const aChat = (messenger: TeamMessenger) => anOpenChat(house, aCustomer(house, messenger));
const auditOf = async (subjectId: string) =>
  (await all<{ action: string }>(admin(), `/v1/audit?subjectId=${subjectId}`)).map(({ action }) => action);
const contactOf = async (chat: OpenChat) => (await chat.view()).contact.id!;
const timeline = (id: string, api = admin()) => all<Chats[number]>(api, `/v1/contacts/${id}/timeline?limit=1`);

it('an agent finds and edits the contacts of own chats, and no others', async () => {
  const [mine, gone] = [await aChat('telegram'), await aChat('facebook')];
  const id = await contactOf(mine);
  const { api } = first();
  const wish = { name: 'Ngozi Adichie', phone: '+234 80 5550 1234', attributes: { city: 'Lagos' } };
  expect(await api.changed(`/v1/contacts/${id}`, wish)).toMatchObject({ id, ...wish });
  const found = await api.read<{ data: ContactBody[] }>(`/v1/contacts?text=${encodeURIComponent('adi 080')}`);
  expect(found.data).toEqual([]);
  expect((await all<ContactBody>(api, '/v1/contacts?text=adi')).map((one) => one.id)).toEqual([id]);
  expect((await mine.view()).contact.name).toBe('Ngozi Adichie');
  const stranger = house.team.agents[1]!.api;
  expect(await all(stranger, '/v1/contacts?text=adi')).toEqual([]);
  expect((await stranger.get(`/v1/contacts/${await contactOf(gone)}`)).status).toBe(404);
  expect((await api.call('PATCH', `/v1/contacts/${id}`, { email: 'no address' })).status).toBe(422);
});

it('merging moves history and open chats of both messengers, and the merged id goes on answering', async () => {
  const [telegram, facebook] = [await aChat('telegram'), await aChat('facebook')];
  const [into, from] = [await contactOf(telegram), await contactOf(facebook)];
  const { api, id: agentId } = first();
  const survivor = await api.created<ContactBody>(`/v1/contacts/${into}/merge`, { from });
  expect(survivor.identities).toHaveLength(2);
  expect(await api.read<ContactBody>(`/v1/contacts/${from}`)).toEqual(survivor);
  expect((await facebook.view()).contact.id).toBe(into);
  await telegram.sent('To the bot');
  await facebook.sent('To the Page');
  // The echo of what was sent dates it anew, between two looks perhaps.
  const chats = await eventually(async () => {
    const [byOne, byOther] = [await timeline(from), await timeline(into, api)];
    return isDeepStrictEqual(byOne, byOther) && byOne;
  });
  expect(chats.map(({ chatId }) => chatId)).toEqual([facebook.chatId, telegram.chatId]);
  expect(chats).toMatchObject(Array(2).fill({ status: 'in_progress', agent: { id: agentId } }));
  await facebook.close();
  house.simulator.customerWrites({ ...facebook.who, text: 'Me again' });
  const again = await chatWith(api, 'waiting', 'Me again');
  expect(again.contact.id).toBe(into);
  expect((await timeline(into)).map(({ chatId }) => chatId)).toEqual([again.id, facebook.chatId, telegram.chatId]);
});

it('a channel that keeps guests leaves it to agents who somebody is', async () => {
  const { api } = first();
  await admin().changed(`/v1/channels/${house.team.channels.telegram}`, { keepsGuests: true });
  const guest = await aChat('telegram');
  const { contact } = (await guest.view()) as ChatView & { contact: { identityId: string } };
  expect(contact).toMatchObject({ id: null, name: guest.who.person });
  const made = await api.created<ContactBody>(`/v1/identities/${contact.identityId}/contact`, { name: 'Regular' });
  expect((await guest.view()).contact).toMatchObject({ id: made.id, name: 'Regular' });
  expect((await api.call('DELETE', `/v1/identities/${contact.identityId}/contact`)).status).toBe(204);
  expect((await guest.view()).contact).toMatchObject({ id: null, name: guest.who.person });
  expect(await auditOf(contact.identityId)).toEqual(['identity.unlinked', 'identity.linked']);
  await admin().changed(`/v1/channels/${house.team.channels.telegram}`, { keepsGuests: false });
});

it('hands out everything of a person as one document', async () => {
  const chat = await aChat('telegram');
  const id = await contactOf(chat);
  for (let number = 0; number < 120; number++) house.simulator.customerWrites({ ...chat.who, text: `Line ${number}` });
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  await eventually(async () => (await chat.later()).length === 121);
  const answer = await admin().get<{
    contact: ContactBody;
    chats: { chat: Chats[number]; messages: { id: string }[] }[];
    complete: boolean;
  }>(`/v1/contacts/${id}/export`);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="contact-${id}.json"`);
  const { contact, chats, complete } = answer.body;
  expect(complete).toBe(true);
  expect(contact.identities).toHaveLength(1);
  expect(chats.map((one) => one.chat.chatId)).toEqual([chat.chatId]);
  const messages = await messagesOf(chat.api, chat.chatId);
  expect(chats[0]!.messages.map((one) => one.id)).toEqual(messages.map((one) => one.id));
  expect((await first().api.get(`/v1/contacts/${id}/export`)).status).toBe(403);
  expect(await auditOf(id)).toEqual(['contact.exported']);
  await chat.close();
});

/** Where any of these words stand in the database, in clear, as table.column. */
async function placesOf(canaries: readonly string[]): Promise<string[]> {
  const { database } = house.database;
  const columns = await database.rows<{ place: string; text: string; source: string }>(
    `SELECT format('%s.%s', c.table_name, c.column_name) AS place, format('%I.%I', c.table_schema, c.table_name) AS source,
       CASE WHEN c.data_type = 'bytea' THEN format('encode(%I, ''escape'')', c.column_name)
         ELSE format('%I::text', c.column_name) END AS text
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { place, text, source } of columns) {
    const [hit] = await database.rows<{ word: string }>(
      `SELECT w AS word FROM unnest($1::text[]) AS w WHERE EXISTS (SELECT FROM ${source} WHERE strpos(lower(${text}), w) > 0) LIMIT 1`,
      [canaries.map((word) => word.toLowerCase())],
    );
    if (hit) found.push(`${place}: ${hit.word}`);
  }
  return found;
}

async function storedFiles(): Promise<Buffer[]> {
  const folder = join(house.server.options.dataDir, 'attachments');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
}

it('erases a person: nothing personal is left anywhere, chats stay as numbers, and they come back as a stranger', async () => {
  const { accounts, channels } = house.team;
  const who = { messenger: 'telegram' as const, account: accounts.telegram, person: 'Canaryname Canarysurname' };
  // Nobody answers there: what it shall be told waits.
  await admin().created('/v1/webhook-endpoints', { url: 'https://hooks.invalid/parley' });
  const chat = await anOpenChat(house, who);
  const { api } = first();
  const id = await contactOf(chat);
  const other = await aChat('facebook');
  const mergedId = await contactOf(other);
  await api.changed(`/v1/contacts/${mergedId}`, { note: 'canarymerged' });
  await api.created(`/v1/contacts/${id}/merge`, { from: mergedId });
  await api.changed(`/v1/contacts/${id}`, {
    email: 'canarymail@example.com',
    note: 'canarynote',
    attributes: { x: 'canaryattribute' },
  });
  const file = Buffer.concat([PNG, Buffer.from('canaryfile')]);
  house.simulator.customerSendsFile({
    ...who,
    ...aPicture,
    bytes: file,
    name: 'canaryfilename.png',
    caption: 'canarycaption',
  });
  const written = house.simulator.customerWrites({ ...who, text: 'canarytext from me' });
  house.simulator.customerSends({ ...who, content: { dice: { emoji: '🎳', value: 5 } } });
  const sender = { id: house.simulator.personId(other.who) };
  // Of a message that never comes.
  const [mid, timestamp] = ['m_lost', Date.now()];
  const message_edit = { mid, text: 'canaryedit', num_edit: 1 };
  house.simulator.sendPageEvents({
    account: accounts.facebook,
    messaging: [{ sender, recipient: { id: accounts.facebook }, timestamp, message_edit }],
  });
  await chat.sent('canaryanswer to you');
  await eventually(async () => {
    const messages = await messagesOf(api, chat.chatId);
    return (
      messages.some((one) => one.attachments[0]?.file?.state === 'stored') && messages.some((one) => one.unsupported)
    );
  });
  await chat.send('canaryrepeated', {});
  const { identities } = await api.read<ContactBody>(`/v1/contacts/${id}`);
  const externalIds = identities.map(({ externalId }) => externalId);
  const words = ['canaryname', 'canarysurname', 'canarymerged', 'canarymail', 'canarynote', 'canaryattribute'];
  words.push(
    'canaryfilename',
    'canarycaption',
    'canarytext',
    'canaryanswer',
    'canaryrepeated',
    'canaryedit',
    other.who.person,
  );
  const told = () => placesOf(words).then((places) => places.some((place) => place.startsWith('webhook_deliveries')));
  await eventually(told, 30_000, 'deliveries to the webhook');
  await eventually(() => placesOf(['canaryedit']).then(([place]) => place?.startsWith('waiting_changes')));
  expect((await placesOf(words)).length).toBeGreaterThan(5);
  expect((await storedFiles()).some((bytes) => bytes.includes('canaryfile'))).toBe(true);
  const messageCount = (await chat.view()).lastSeq;

  expect((await api.post(`/v1/contacts/${id}/erase`)).status).toBe(403);
  const asked = await admin().post<ErasureBody>(`/v1/contacts/${mergedId}/erase`);
  expect(asked.status).toBe(202);
  expect((await admin().get(`/v1/contacts/${id}`)).status).toBe(404);
  expect((await admin().post<ErasureBody>(`/v1/contacts/${id}/erase`)).body.id).toBe(asked.body.id);
  expect(await auditOf(id)).toEqual(['contact.erased', 'contact.merged']);
  const erasure = await eventually(
    async () => {
      const now = await admin().read<ErasureBody>(`/v1/erasures/${asked.body.id}`);
      return now.state === 'done' && now;
    },
    60_000,
    'the end of the erasure',
  );
  expect(erasure.counts).toMatchObject({ files: 1, bodies: 1 });

  expect(await placesOf(words)).toEqual([]);
  // Keys of events stay for good: a redelivered event must find its own.
  expect((await placesOf(externalIds)).filter((place) => !place.startsWith('ledger.event_key'))).toEqual([]);
  expect((await storedFiles()).some((bytes) => bytes.includes('canaryfile'))).toBe(false);
  const view = await admin().read<ChatView>(`/v1/chats/${chat.chatId}`);
  expect(view).toMatchObject({ status: 'closed', contact: { id: null, name: null }, lastMessage: null });
  expect(view.lastSeq).toBeGreaterThan(messageCount);
  const left = await messagesOf(admin(), chat.chatId);
  expect(left.every((one) => one.text === null && one.attachments.length === 0)).toBe(true);

  const outcome = await outcomesOf(house, channels.telegram, async () => {
    await house.simulator.redeliver(written, 2);
    house.simulator.customerWrites({ ...who, text: 'Hello, who are you?' });
    await chatWith(api, 'waiting', 'Hello, who are you?');
  });
  expect(outcome).toMatchObject({ received: 3, stored: 1, duplicate: 2 });
  const fresh = await chatWith(api, 'waiting', 'Hello, who are you?');
  expect(fresh.contact.id).not.toBeNull();
  expect([id, mergedId]).not.toContain(fresh.contact.id);
  expect(fresh.previousChatId).toBeNull();
  expect((await chatsOf(admin(), 'waiting')).every((one) => one.id !== chat.chatId)).toBe(true);
}, 120_000);
