import type { Api } from './support/api.js';
import { anOpenChat, aCustomer, openDesk, type OpenChat } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';

interface Hit {
  readonly kind: string;
  readonly snippet: { text: string; hit: boolean }[];
  readonly message: { seq: number; direction: string } | null;
  readonly chat: { id: string } | null;
  readonly contact: { id: string | null; name: string | null };
}

interface Hits {
  readonly data: Hit[];
  readonly page: { next: string | null };
}

/** Real: the built server and its job that fills the index, PostgreSQL. Simulated: the messengers. */
let house: House;
let chat: OpenChat;

beforeAll(async () => {
  house = await openDesk({ agents: 2 });
  chat = await anOpenChat(house, aCustomer(house, 'telegram'));
}, 120_000);
afterAll(() => house?.close());

const search = (api: Api, query: string) => api.read<Hits>(`/v1/search?${query}`);
const textOf = ({ snippet }: Hit) => snippet.map(({ text, hit }) => (hit ? `[${text}]` : text)).join('');

/** Once the index has heard of it. */
function found(api: Api, query: string, count: number): Promise<Hit[]> {
  const look = async () => {
    const { data } = await search(api, query);
    return data.length === count && data;
  };
  return eventually(look, 30_000, `${count} of ${query}`);
}

it('finds what was said both ways, for who may see it', async () => {
  const [anna, ben] = house.team.agents;
  await chat.sent('The chandelier costs 300');
  house.simulator.customerWrites({ ...chat.who, text: 'I take the CHANDELIER' });
  const hits = await found(anna!.api, 'q=chandel', 2);
  expect(hits.map(textOf)).toEqual(['I take the [CHANDELIER]', 'The [chandelier] costs 300']);
  expect(hits.map(({ message }) => message!.direction)).toEqual(['inbound', 'outbound']);
  expect(hits.every((hit) => hit.chat!.id === chat.chatId && hit.kind === 'message')).toBe(true);
  expect(await found(house.team.admin, 'q=chandelier&kind=messages', 2)).toEqual(hits);
  expect((await search(ben!.api, 'q=chandelier')).data).toEqual([]);
});

it('goes on from page to page', async () => {
  await found(house.team.admin, 'q=chandelier', 2);
  const first = await search(house.team.admin, 'q=chandelier&limit=1');
  const second = await search(house.team.admin, `q=chandelier&limit=1&cursor=${first.page.next}`);
  expect([...first.data, ...second.data].map(textOf)).toEqual([
    'I take the [CHANDELIER]',
    'The [chandelier] costs 300',
  ]);
  expect(second.page.next).toBeNull();
});

it('follows an edit', async () => {
  const said = await chat.sent('Our price is 250');
  await found(chat.api, 'q=250', 1);
  await chat.api.changed(`/v1/messages/${said.id}`, { text: 'Our price is 275' });
  expect((await found(chat.api, 'q=275', 1)).map(textOf)).toEqual(['Our price is [275]']);
  await found(chat.api, 'q=250', 0);
});

it('finds contacts within what the caller may see', async () => {
  const [anna, ben] = house.team.agents;
  const { contact } = await chat.view();
  await house.team.admin.changed(`/v1/contacts/${contact.id}`, { name: 'Zoë Lamplighter', email: 'zoe@example.com' });
  for (const api of [anna!.api, house.team.admin]) {
    const [hit, ...others] = (await search(api, 'kind=contacts&q=lampl%20zoe')).data;
    expect(others).toEqual([]);
    expect(hit).toMatchObject({ kind: 'contact', message: null, chat: null, contact: { id: contact.id } });
    expect(textOf(hit!)).toBe('[Zoë] [Lamplighter] · [zoe]@example.com');
  }
  expect((await search(ben!.api, 'kind=contacts&q=lamplighter')).data).toEqual([]);
});

it.each([
  ['', '?q'],
  ['q=%20', '?q'],
  ['q=x&kind=agents', '?kind'],
  ['q=x&from=yesterday', '?from'],
  ['q=x&queueId=1', '?queueId'],
  ['q=x&kind=contacts&from=2026-01-01T00:00:00Z', '?from'],
  ['q=x&more=1', '?more'],
])('refuses “%s”', async (query, pointer) => {
  const { status, body } = await chat.api.get<{ errors: { pointer: string }[] }>(`/v1/search?${query}`);
  expect([status, body.errors.map((error) => error.pointer)]).toEqual([422, [pointer]]);
});
