import { Problem } from '#api-kit';
import { newId } from '#database';
import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { Conversation } from '../message/conversation.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { CloseChat } from './close-chat.js';

const ROUNDS = process.env.PARLEY_TEST_ROUNDS === 'full' ? 200 : 6;

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const accept = (caller: Caller, chatId: string) => house.get(AcceptChat).acceptChat(caller, chatId);
const close = (caller: Caller, chatId: string) => house.get(CloseChat).closeActiveChat(caller, chatId);

/** `code` of the problem, or `accepted`. */
function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof Problem) return error.code;
      throw error;
    },
  );
}

async function openChatsOf(caller: Caller): Promise<number> {
  let cursor: string | undefined;
  do {
    const { data, page } = await house.get(Agents).list(cursor, 100);
    const found = data.find(({ userId }) => userId === caller.id);
    if (found) return found.openChats;
    cursor = page.next ?? undefined;
  } while (cursor);
  throw new Error('no such agent');
}

it('gives a chat to exactly one of 20 agents who accept it at once, and tells the others who holds it', async () => {
  const queue = await house.aQueue(1000);
  const agents = await Promise.all(
    Array.from({ length: 20 }, () => house.anAgent({ queues: [queue], chatLimit: 1000 })),
  );
  for (let round = 0; round < ROUNDS; round++) {
    const chat = await house.aChat(queue);
    const results = await Promise.allSettled(agents.map((agent) => accept(agent, chat)));
    const winners = agents.filter((_, index) => results[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    const [winner] = winners;
    for (const result of results) {
      if (result.status === 'fulfilled') {
        expect(result.value).toMatchObject({ status: 'in_progress', agent: { id: winner?.id } });
      } else {
        expect(result.reason).toMatchObject({
          statusCode: 409,
          code: 'already_accepted',
          extra: { holder: { id: winner?.id, name: winner?.name } },
        });
      }
    }
  }
  const loads = await Promise.all(agents.map(openChatsOf));
  expect(loads.reduce((sum, load) => sum + load, 0)).toBe(ROUNDS);
}, 120_000);

it('never lets an agent pass the limit, however many chats they accept at once', async () => {
  const queue = await house.aQueue(1000);
  const agent = await house.anAgent({ queues: [queue], chatLimit: 5 });
  const chats = await Promise.all(Array.from({ length: 50 }, () => house.aChat(queue)));
  const outcomes = await Promise.all(chats.map((chat) => outcome(accept(agent, chat))));
  expect(outcomes.filter((code) => code === 'accepted')).toHaveLength(5);
  expect(outcomes.filter((code) => code === 'limit_reached')).toHaveLength(45);
  expect(await openChatsOf(agent)).toBe(5);
});

it('never lets an agent pass the limit of a queue, while others queues stay open to them', async () => {
  const [narrow, wide] = [await house.aQueue(2), await house.aQueue(100)];
  const agent = await house.anAgent({ queues: [narrow, wide], chatLimit: 10 });
  const chats = await Promise.all(Array.from({ length: 10 }, () => house.aChat(narrow)));
  const outcomes = await Promise.all(chats.map((chat) => outcome(accept(agent, chat))));
  expect(outcomes.filter((code) => code === 'accepted')).toHaveLength(2);
  expect(await outcome(accept(agent, await house.aChat(wide)))).toBe('accepted');
  expect(await openChatsOf(agent)).toBe(3);
});

it('answers the winner again when the call is repeated, also at the limit', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue], chatLimit: 1 });
  const chat = await house.aChat(queue);
  const first = await accept(agent, chat);
  expect(await accept(agent, chat)).toEqual(first);
  expect(await openChatsOf(agent)).toBe(1);
});

it('makes room again when a chat is closed', async () => {
  const queue = await house.aQueue(1);
  const agent = await house.anAgent({ queues: [queue], chatLimit: 1 });
  const [first, second] = [await house.aChat(queue), await house.aChat(queue)];
  await accept(agent, first);
  expect(await outcome(accept(agent, second))).toBe('limit_reached');
  await close(agent, first);
  expect(await outcome(accept(agent, second))).toBe('accepted');
});

it('refuses an inactive agent and leaves the chat waiting', async () => {
  const queue = await house.aQueue();
  const idle = await house.anAgent({ queues: [queue], active: false });
  const chat = await house.aChat(queue);
  expect(await outcome(accept(idle, chat))).toBe('agent_inactive');
  expect(await outcome(accept(await house.anAgent({ queues: [queue] }), chat))).toBe('accepted');
});

it('hides chats from agents of other queues, and unknown chats from everybody', async () => {
  const queue = await house.aQueue();
  const chat = await house.aChat(queue);
  const stranger = await house.anAgent({ queues: [await house.aQueue()] });
  expect(await outcome(accept(stranger, chat))).toBe('not_found');
  expect(await outcome(accept(await house.anAgent({ queues: [queue] }), chat))).toBe('accepted');
  expect(await outcome(accept(stranger, chat))).toBe('not_found');
  expect(await outcome(accept(stranger, newId()))).toBe('not_found');
});

it('lets an active supervisor accept in any queue, and no API key anywhere', async () => {
  const chat = await house.aChat(await house.aQueue());
  const supervisor = await house.anAgent({ role: 'supervisor' });
  expect(await outcome(accept({ ...supervisor, kind: 'key', id: newId() }, chat))).toBe('needs_user');
  expect(await outcome(accept(supervisor, chat))).toBe('accepted');
});

it('refuses a closed chat', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await close(await house.anAgent({ role: 'supervisor' }), chat);
  expect(await outcome(accept(agent, chat))).toBe('chat_closed');
});

it('says in the chat who accepted and who closed it', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await accept(agent, chat);
  await close(agent, chat);
  const { data } = await house.get(Conversation).getMessagesByChatId(agent, chat, { limit: 50 });
  expect(data.map(({ seq, direction, text }) => [seq, direction, text])).toEqual([
    [1, 'inbound', 'Hello'],
    [2, 'system', `${agent.name} accepted the chat`],
    [3, 'system', `${agent.name} closed the chat`],
  ]);
});

describe('in a queue that offers its chats to one agent at a time', () => {
  /** Offers as routing writes them. */
  async function anOffer(chatId: string, to: Caller, seconds = 60): Promise<void> {
    await house.database.rows(
      `UPDATE chats SET offered_to = $2, offered_until = clock_timestamp() + make_interval(secs => $3) WHERE id = $1`,
      [chatId, to.id, seconds],
    );
  }

  async function anOfferingQueue(): Promise<string> {
    const queue = await house.aQueue();
    await house.database.rows(`UPDATE queues SET routing_rule = 'least_busy' WHERE id = $1`, [queue]);
    return queue;
  }

  it('lets only the agent accept to whom it is offered', async () => {
    const queue = await anOfferingQueue();
    const [chosen, other] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
    const chat = await house.aChat(queue);
    expect(await outcome(accept(chosen, chat))).toBe('not_offered');
    await anOffer(chat, chosen);
    expect(await outcome(accept(other, chat))).toBe('not_offered');
    expect(await outcome(accept(chosen, chat))).toBe('accepted');
    expect(await outcome(accept(other, chat))).toBe('already_accepted');
  });

  it('takes no notice of an offer whose time is over', async () => {
    const queue = await anOfferingQueue();
    const late = await house.anAgent({ queues: [queue] });
    const chat = await house.aChat(queue);
    await anOffer(chat, late, -1);
    expect(await outcome(accept(late, chat))).toBe('not_offered');
  });

  it('lets supervisors accept what is offered to somebody else, and hides it from other queues', async () => {
    const queue = await anOfferingQueue();
    const chat = await house.aChat(queue);
    await anOffer(chat, await house.anAgent({ queues: [queue] }));
    expect(await outcome(accept(await house.anAgent(), chat))).toBe('not_found');
    expect(await outcome(accept(await house.anAgent({ role: 'supervisor' }), chat))).toBe('accepted');
  });
});
