import { openHouse, type House } from './support/house.js';
import { aNumberOf, anInstagramAccountOf, anOfficialAccountOf, aViberBotOf, type Team } from './support/team.js';
import { chatsOf, chatWith, messagesOf, messageWith, type ChatView, type MessageView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers, at the end of real HTTP. */
let house: House;
let accounts: Team['accounts'] & Record<'whatsapp' | 'instagram' | 'viber' | 'line', string>;

beforeAll(async () => {
  house = await openHouse();
  const { account } = await aNumberOf(house.team, house.simulator);
  const viber = await aViberBotOf(house.team, house.simulator);
  const line = await anOfficialAccountOf(house.team, house.simulator);
  const instagram = await anInstagramAccountOf(house.team, house.simulator);
  const others = { instagram: instagram.account, viber: viber.account, line: line.account };
  accounts = { ...house.team.accounts, whatsapp: account, ...others };
}, 120_000);
afterAll(() => house?.close());

describe.each(['telegram', 'facebook', 'whatsapp', 'instagram', 'viber', 'line'] as const)('on %s', (messenger) => {
  const who = () => ({ messenger, account: accounts[messenger], person: 'Iryna Lys' });
  let chat: ChatView;

  it('a customer’s message waits for every agent of the queue', async () => {
    const [anna, ben] = house.team.agents;
    house.simulator.customerWrites({ ...who(), text: `Is the oak lamp there? 🙂 ${messenger}` });
    chat = await chatWith(anna!.api, 'waiting', `Is the oak lamp there? 🙂 ${messenger}`);
    expect(chat).toMatchObject({ status: 'waiting', agent: null, unreadCount: 1, channel: { messenger } });
    expect((await chatsOf(ben!.api, 'waiting')).map(({ id }) => id)).toContain(chat.id);
    expect(await ben!.api.read('/v1/me/unread-chats-count')).toEqual({ count: 1 });
  });

  it('one agent accepts it, and the other is told who has it', async () => {
    const [anna, ben] = house.team.agents;
    const accepted = await anna!.api.post<ChatView>(`/v1/chats/${chat.id}/accept`);
    expect(accepted).toMatchObject({ status: 200, body: { status: 'in_progress', agent: { id: anna!.id } } });
    const late = await ben!.api.post<{ code: string; holder: unknown }>(`/v1/chats/${chat.id}/accept`);
    expect(late.status).toBe(409);
    expect(late.headers.get('content-type')).toContain('application/problem+json');
    expect(late.body).toMatchObject({ code: 'already_accepted', holder: { id: anna!.id, name: anna!.name } });
    expect(await anna!.api.post(`/v1/chats/${chat.id}/accept`)).toMatchObject({ status: 200 });
    expect((await chatsOf(ben!.api, 'waiting')).map(({ id }) => id)).not.toContain(chat.id);
  });

  it('reading empties the badge, a newer message fills it again', async () => {
    const { api } = house.team.agents[0]!;
    await api.post(`/v1/chats/${chat.id}/read`, {});
    expect(await api.read('/v1/me/unread-messages-count')).toEqual({ count: 0 });
    house.simulator.customerWrites({ ...who(), text: 'Hello?' });
    await chatWith(api, 'mine', 'Hello?');
    expect(await api.read('/v1/me/unread-messages-count')).toEqual({ count: 1 });
    expect(await api.read('/v1/me/unread-chats-count')).toEqual({ count: 1 });
    await api.post(`/v1/chats/${chat.id}/read`, {});
  });

  it('answers reach the customer once and in order', async () => {
    const { api } = house.team.agents[0]!;
    const texts = Array.from({ length: 10 }, (_, number) => `Answer ${number}: Füße & <b>bold</b> 🪔`);
    for (const text of texts) await api.created(`/v1/chats/${chat.id}/messages`, { text });
    await messageWith(api, chat.id, texts.at(-1)!, 'sent');
    expect(house.simulator.received(who())).toEqual(texts);
  });

  it('the conversation tells who said what, with the right names', async () => {
    const { data } = await house.team.agents[0]!.api.read<{ data: MessageView[] }>(`/v1/chats/${chat.id}/conversation`);
    const lines = data.filter(({ direction }) => direction !== 'system');
    expect(lines[0]!.author).toMatchObject({ kind: 'contact', name: 'Iryna Lys' });
    expect(lines.at(-1)!.author).toMatchObject({ kind: 'agent', name: 'Agent 0' });
    const messages = await messagesOf(house.team.agents[0]!.api, chat.id);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
  });

  it('a closed chat stays closed; the next message opens a new one linked to it', async () => {
    const { api } = house.team.agents[0]!;
    expect(await api.post(`/v1/chats/${chat.id}/close`)).toMatchObject({ status: 200, body: { status: 'closed' } });
    expect(await api.post(`/v1/chats/${chat.id}/close`)).toMatchObject({ status: 200 });
    const refused = await api.post(`/v1/chats/${chat.id}/messages`, { text: 'Too late' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'chat_closed' } });
    house.simulator.customerWrites({ ...who(), text: 'One more thing' });
    const next = await chatWith(api, 'waiting', 'One more thing');
    expect(next).toMatchObject({ previousChatId: chat.id, unreadCount: 1, contact: { id: chat.contact.id } });
    await api.post(`/v1/chats/${next.id}/accept`);
    await api.post(`/v1/chats/${next.id}/close`);
  });
});
