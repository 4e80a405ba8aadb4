import { openHouse, type House } from './support/house.js';
import { META_APP } from './support/server.js';
import { chatsOf, chatWith, messagesOf, type ChatView, type MessageView } from './support/views.js';

/**
 * The specification's methods that no other test proves by name; docs/parity.md has them all.
 * Real: the built server, PostgreSQL, sockets. Simulated: the messengers.
 */
let house: House;

beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

interface Channel {
  readonly id: string;
  readonly source: string;
  readonly active: boolean;
  readonly health: string;
  readonly webhookUrl: string;
}

interface List<Item> {
  readonly data: Item[];
  readonly page: { readonly next: string | null };
}

async function aWaitingChat(person: string, text: string): Promise<ChatView> {
  const { agents, accounts } = house.team;
  house.simulator.customerWrites({ messenger: 'telegram', account: accounts.telegram, person, text });
  return chatWith(agents[0]!.api, 'waiting', text);
}

const callsOf = (account: string, method: string) =>
  house.simulator.ledger.calls.filter((call) => call.account === account && call.method === method);

describe('Register adds a channel through its messenger’s registration worker, and repairs it when repeated', () => {
  it('a Telegram bot: token checked, webhook and secret set', async () => {
    const { admin, queueId, agents } = house.team;
    const bot = house.simulator.createBot({ name: 'Second desk' });
    const order = { messenger: 'telegram', queueId, credentials: { botToken: bot.token } };
    const made = await admin.post<Channel>('/v1/channels', order);
    expect(made).toMatchObject({
      status: 201,
      body: { source: bot.id, name: 'Second desk', active: true, health: 'ok' },
    });
    expect(callsOf(bot.id, 'getMe').length).toBeGreaterThan(0);
    const [set] = callsOf(bot.id, 'setWebhook');
    expect(set!.body).toMatchObject({ url: made.body.webhookUrl });
    expect(set!.body.secret_token).toMatch(/^[\w-]{64}$/);
    expect(JSON.stringify(made.body)).not.toContain(bot.token.split(':')[1]);
    const again = await admin.post<Channel>('/v1/channels', order);
    expect(again).toMatchObject({ status: 200, body: { id: made.body.id, webhookUrl: made.body.webhookUrl } });
    house.simulator.customerWrites({
      messenger: 'telegram',
      account: bot.id,
      person: 'New Comer',
      text: 'Just found you',
    });
    expect((await chatWith(agents[0]!.api, 'waiting', 'Just found you')).channel.id).toBe(made.body.id);
  });

  it('a Facebook Page: token checked, Page subscribed, one callback for all Pages', async () => {
    const { admin, queueId, channels, agents } = house.team;
    const known = await admin.read<Channel>(`/v1/channels/${channels.facebook}`);
    const page = house.simulator.createPage({ name: 'Second store', app: META_APP.id });
    const order = { messenger: 'facebook', queueId, credentials: { pageToken: page.token } };
    const made = await admin.post<Channel>('/v1/channels', order);
    expect(made).toMatchObject({ status: 201, body: { source: page.id, webhookUrl: known.webhookUrl, health: 'ok' } });
    expect(callsOf(page.id, 'subscribed_apps').map(({ verb, status }) => [verb, status])).toEqual([['POST', 200]]);
    expect(await admin.post<Channel>('/v1/channels', order)).toMatchObject({ status: 200, body: { id: made.body.id } });
    house.simulator.customerWrites({
      messenger: 'facebook',
      account: page.id,
      person: 'New Comer',
      text: 'On Facebook',
    });
    expect((await chatWith(agents[0]!.api, 'waiting', 'On Facebook')).channel.id).toBe(made.body.id);
  });

  it('what the messenger refuses is refused with its sentence, and leaves no channel behind', async () => {
    const { admin, queueId } = house.team;
    const before = await admin.read<List<Channel>>('/v1/channels?limit=100');
    const refused = await admin.post('/v1/channels', {
      messenger: 'telegram',
      queueId,
      credentials: { botToken: '4711:AAThisBotWasNeverMade00000000000000' },
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'token_invalid' } });
    expect(await admin.read<List<Channel>>('/v1/channels?limit=100')).toEqual(before);
  });
});

it('GetMessagesByChatId gives the unified messages of one chat by seq', async () => {
  const { api } = house.team.agents[0]!;
  const chat = await aWaitingChat('Page Turner', 'Part 1');
  await api.created(`/v1/chats/${chat.id}/accept`);
  for (const number of [3, 4, 5]) await api.created(`/v1/chats/${chat.id}/messages`, { text: `Part ${number}` });
  const messages = await messagesOf(api, chat.id);
  expect(messages.map(({ seq, direction }) => [seq, direction])).toEqual([
    [1, 'inbound'],
    [2, 'system'],
    [3, 'outbound'],
    [4, 'outbound'],
    [5, 'outbound'],
  ]);
  expect(messages[0]).toMatchObject({ messenger: 'telegram', chatId: chat.id, text: 'Part 1', status: null });
  const seqs = async (query: string) => {
    const { data } = await api.read<List<MessageView>>(`/v1/chats/${chat.id}/messages?${query}`);
    return data.map(({ seq }) => seq);
  };
  expect(await seqs('after=2&limit=2')).toEqual([3, 4]);
  expect(await seqs('before=3')).toEqual([1, 2]);
  expect(await house.team.agents[1]!.api.get(`/v1/chats/${chat.id}/messages`)).toMatchObject({ status: 404 });
  await api.created(`/v1/chats/${chat.id}/close`);
});

it('GetChats gives all chats of the agent, and the counts are those of the lists', async () => {
  const [anna, ben] = house.team.agents;
  const chats = [];
  for (const text of ['Chat one', 'Chat two', 'Chat three']) chats.push(await aWaitingChat(`Says ${text}`, text));
  const [one, two, three] = chats.map(({ id }) => id);
  await anna!.api.created(`/v1/chats/${one}/accept`);
  await ben!.api.created(`/v1/chats/${two}/accept`);
  await anna!.api.created(`/v1/chats/${one}/read`, {});

  const mine = await chatsOf(anna!.api, 'mine');
  const waiting = await chatsOf(anna!.api, 'waiting');
  expect(mine.map(({ id }) => id)).toEqual([one]);
  expect((await anna!.api.read<List<ChatView>>('/v1/chats')).data).toEqual(mine);
  expect(waiting.map(({ id }) => id)).toContain(three);
  expect(waiting.map(({ id }) => id)).not.toContain(two);
  const unread = [...mine, ...waiting].map(({ unreadCount }) => unreadCount);
  expect(await anna!.api.read('/v1/me/unread-messages-count')).toEqual({ count: unread.reduce((a, b) => a + b, 0) });
  expect(await anna!.api.read('/v1/me/unread-chats-count')).toEqual({ count: unread.filter((n) => n > 0).length });

  await anna!.api.created(`/v1/chats/${one}/close`);
  await ben!.api.created(`/v1/chats/${two}/close`);
  expect(await chatsOf(anna!.api, 'mine')).toEqual([]);
  expect((await chatsOf(anna!.api, 'closed')).map(({ id }) => id)).toContain(one);
  expect(await anna!.api.get('/v1/chats?filter=all')).toMatchObject({ status: 403 });
});

it('GetChatActions gives the actions of the chat’s queue', async () => {
  const { admin, agents, queueId } = house.team;
  const chat = await aWaitingChat('Act Or', 'Where is my order?');
  const actionsPath = `/v1/chats/${chat.id}/actions`;
  expect(await agents[0]!.api.read(actionsPath)).toEqual({ data: [], page: { next: null, prev: null } });
  const { id: elsewhere } = await admin.created<{ id: string }>('/v1/queues', { name: 'Elsewhere' });
  const url = 'https://crm.example.com/hooks/open-order';
  const here = { caption: 'Open an order', url, queueIds: [queueId] };
  const { id } = await admin.created<{ id: string }>('/v1/actions', here);
  await admin.created('/v1/actions', { caption: 'Of another queue', url, queueIds: [elsewhere] });
  const { data } = await agents[0]!.api.read<List<object>>(actionsPath);
  expect(data).toEqual([{ id, caption: 'Open an order' }]);
  expect(await agents[0]!.api.post('/v1/actions', here)).toMatchObject({ status: 403 });
});
