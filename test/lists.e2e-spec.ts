import type { House } from './support/house.js';
import { aCustomer, openDesk } from './support/desk.js';
import { chatWith, type ChatView, type MessageView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers. */
let house: House;
beforeAll(async () => {
  house = await openDesk({ agents: 2 });
}, 120_000);
afterAll(() => house?.close());

interface List {
  readonly data: ChatView[];
  readonly page: { readonly next: string | null; readonly prev: string | null };
}

async function aWaitingChat(text: string): Promise<ChatView> {
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text });
  return chatWith(house.team.agents[0]!.api, 'waiting', text);
}

it('lists chats by everything that can be asked, both ways', async () => {
  const { admin, agents, queueId, channels } = house.team;
  const [anna, ben] = agents;
  const chats: ChatView[] = [];
  for (const number of [1, 2, 3, 4]) chats.push(await aWaitingChat(`List me ${number}`));
  const [one, two, three, four] = chats.map(({ id }) => id);
  for (const id of [one, two, three]) await anna!.api.created(`/v1/chats/${id}/accept`);
  for (const id of [two, one]) await anna!.api.created(`/v1/chats/${id}/close`);

  const ids = async (query: string, api = admin) => {
    const { data } = await api.read<List>(`/v1/chats?${query}`);
    return data.map(({ id }) => id);
  };
  expect(await ids('filter=all')).toEqual([four, three, one, two]);
  expect(await ids(`filter=all&queueId=${queueId}&channelId=${channels.telegram}`)).toEqual([four, three, one, two]);
  expect(await ids(`filter=all&agentId=${anna!.id}&status=in_progress`)).toEqual([three]);
  expect(await ids(`filter=all&contactId=${chats[1]!.contact.id}`)).toEqual([two]);
  expect(await ids(`filter=closed&text=${encodeURIComponent(chats[0]!.contact.name!)}`)).toEqual([one]);
  expect(await ids('filter=all&openedFrom=2020-01-01T00:00:00Z')).toEqual([four, three, two, one]);
  expect(await ids('filter=closed&closedBefore=2020-01-01T00:00:00Z')).toEqual([]);
  expect(await ids('filter=held', anna!.api)).toEqual([one, two]);
  expect(await ids('filter=held', ben!.api)).toEqual([]);
  expect(await ids('filter=waiting&unread=true', ben!.api)).toEqual([four]);

  const first = await admin.read<List>('/v1/chats?filter=all&limit=3');
  const second = await admin.read<List>(`/v1/chats?filter=all&limit=3&cursor=${first.page.next}`);
  expect(second.data.map(({ id }) => id)).toEqual([two]);
  expect(second.page.next).toBeNull();
  expect(await admin.read<List>(`/v1/chats?filter=all&limit=3&cursor=${second.page.prev}`)).toMatchObject({
    data: [{ id: four }, { id: three }, { id: one }],
    page: { prev: null },
  });
  for (const id of [one, three]) expect(await ben!.api.get(`/v1/chats/${id}`)).toMatchObject({ status: 404 });
});

it('a conversation goes back into the contact’s chats before, and messages lie around a seq', async () => {
  const { api } = house.team.agents[0]!;
  const who = aCustomer(house, 'facebook');
  const said = async (text: string) => {
    house.simulator.customerWrites({ ...who, text });
    return chatWith(api, 'waiting', text);
  };
  const before = await said('Before');
  await api.created(`/v1/chats/${before.id}/accept`);
  await api.created(`/v1/chats/${before.id}/close`);
  const now = await said('Now');
  const { data } = await api.read<{ data: (MessageView & { chat: { status: string } })[] }>(
    `/v1/chats/${now.id}/conversation`,
  );
  expect(data.map(({ chatId }) => chatId)).toEqual([before.id, before.id, before.id, now.id]);
  expect(data.map(({ chat }) => chat.status)).toEqual(['closed', 'closed', 'closed', 'waiting']);
  expect([data[0]!.text, data.at(-1)!.text]).toEqual(['Before', 'Now']);
  const around = await api.read<{ data: MessageView[] }>(`/v1/chats/${before.id}/messages?around=2&limit=2`);
  expect(around.data.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(await api.get(`/v1/chats/${now.id}/messages?around=2&before=1`)).toMatchObject({ status: 422 });
  await api.created(`/v1/chats/${now.id}/accept`);
  await api.created(`/v1/chats/${now.id}/close`);
});

it.each([
  'filter=everything',
  'queueId=7',
  'filter=all&status=lost',
  'filter=all&openedFrom=yesterday',
  'filter=all&unread=true',
  'filter=mine&closedFrom=2026-01-01T00:00:00Z',
  'text=',
  'text=%00',
  'limit=101',
  'holder=me',
])('refuses the question %s and says which part', async (query) => {
  const answer = await house.team.admin.get<{ code: string; errors: { pointer: string }[] }>(`/v1/chats?${query}`);
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid' } });
  expect(answer.body.errors).toHaveLength(1);
});
