import type { Speaking } from '../../apps/simulator/src/customer.js';
import type { Answer, Api } from './api.js';
import { openHouse, type House, type HouseOptions, type OwnProcess } from './house.js';
import type { ServerProcess } from './server.js';
import type { TeamMessenger } from './team.js';
import { chatWith, messagesOf, messageWith, type ChatView, type LedgerView, type MessageView } from './views.js';

let people = 0;

/** A house whose first agent may hold as many chats as the tests open. */
export function openDesk(options: HouseOptions & OwnProcess): Promise<House<ServerProcess>>;
export function openDesk(options?: HouseOptions): Promise<House>;
export async function openDesk(options: HouseOptions = {}): Promise<House> {
  const house = await openHouse({ agents: 1, ...options });
  const { admin, agents, queueId } = house.team;
  await admin.changed(`/v1/queues/${queueId}`, { agentLimit: 1000 });
  await admin.changed(`/v1/agents/${agents[0]!.id}`, { chatLimit: 1000 });
  return house;
}

/** A customer with an open chat that the first agent holds. */
export interface OpenChat {
  readonly who: Speaking;
  readonly chatId: string;
  readonly api: Api;
  readonly send: (text: string, more?: object) => Promise<Answer<{ messages: { id: string }[]; code: string }>>;
  /** Sends, and waits until it is sent. */
  readonly sent: (text: string) => Promise<MessageView>;
  /** What came after it was accepted. */
  readonly later: () => Promise<MessageView[]>;
  readonly view: () => Promise<ChatView>;
  readonly close: () => Promise<unknown>;
}

/** A person nobody met before, on the team's account of the messenger unless another is given. */
export function aCustomer(house: House, messenger: TeamMessenger, account = house.team.accounts[messenger]): Speaking {
  return { messenger, account, person: `Customer ${(people += 1)}` };
}

export async function anOpenChat(house: House, who: Speaking): Promise<OpenChat> {
  const { api } = house.team.agents[0]!;
  const hello = `Hello from ${who.person}`;
  // Telegram tells time in seconds: what happens next must not fall into the same one.
  house.simulator.customerWrites({ ...who, text: hello, at: Date.now() - 2_000 });
  const { id: chatId } = await chatWith(api, 'waiting', hello);
  await api.created(`/v1/chats/${chatId}/accept`);
  const send = (text: string, more: object = {}) =>
    api.post<{ messages: { id: string }[]; code: string }>(`/v1/chats/${chatId}/messages`, { text, ...more });
  return {
    who,
    chatId,
    api,
    send,
    sent: async (text) => {
      const { status } = await send(text);
      if (status !== 201) throw new Error(`Sending was answered ${status}`);
      return messageWith(api, chatId, text, 'sent');
    },
    later: async () => (await messagesOf(api, chatId)).slice(2),
    view: () => api.read<ChatView>(`/v1/chats/${chatId}`),
    close: () => api.created(`/v1/chats/${chatId}/close`),
  };
}

export function ledgerOf(house: House, channelId: string): Promise<LedgerView> {
  return house.team.admin.read<LedgerView>(`/v1/channels/${channelId}/ledger`);
}

/** What became of the events that came while `work` ran, by outcome. Those sent before it, such as an answer's echo, have arrived first. */
export async function outcomesOf(house: House, channelId: string, work: () => Promise<unknown>): Promise<LedgerView> {
  await house.simulator.settled();
  const before = await ledgerOf(house, channelId);
  await work();
  const after = await ledgerOf(house, channelId);
  const names = ['received', 'stored', 'duplicate', 'ignored', 'refused', 'quarantined'] as const;
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as unknown as LedgerView;
}
