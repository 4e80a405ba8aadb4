import { newId } from '#database';
import type { Caller } from '#identity';
import { Agents } from '../agent/agents.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { CloseChat } from './close-chat.js';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const accept = (caller: Caller, chatId: string) => house.get(AcceptChat).acceptChat(caller, chatId);
const close = (caller: Caller, chatId: string) => house.get(CloseChat).closeActiveChat(caller, chatId);

async function openChatsOf(caller: Caller): Promise<number | undefined> {
  const { data } = await house.get(Agents).list(undefined, 100);
  return data.find(({ userId }) => userId === caller.id)?.openChats;
}

it('closes once, however often it is asked at once, and lowers the load once', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const [closing, other] = [await house.aChat(queue), await house.aChat(queue)];
  await accept(agent, closing);
  await accept(agent, other);
  const answers = await Promise.all(Array.from({ length: 10 }, () => close(agent, closing)));
  expect(new Set(answers.map(({ closedAt }) => closedAt?.getTime())).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 'closed', closedBy: agent.id, closeReason: 'agent', lastSeq: 3 });
  expect(await openChatsOf(agent)).toBe(1);
});

it('survives agents accepting while others close, with loads that match the chats held', async () => {
  const queue = await house.aQueue(100);
  const agent = await house.anAgent({ queues: [queue], chatLimit: 100 });
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chats = await Promise.all(Array.from({ length: 20 }, () => house.aChat(queue)));
  await Promise.allSettled(chats.flatMap((chat) => [accept(agent, chat), close(supervisor, chat)]));
  const held = await house.database.rows(`SELECT FROM chats WHERE agent_id = $1 AND status = 'in_progress'`, [
    agent.id,
  ]);
  expect(await openChatsOf(agent)).toBe(held.length);
});

it('records who closed it and why', async () => {
  const queue = await house.aQueue();
  const [agent, supervisor] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ role: 'supervisor' })];
  const [held, waiting] = [await house.aChat(queue), await house.aChat(queue)];
  await accept(agent, held);
  const bySupervisor = { status: 'closed', closedBy: supervisor.id, closeReason: 'supervisor' };
  expect(await close(supervisor, held)).toMatchObject({ ...bySupervisor, agent: { id: agent.id } });
  expect(await close(supervisor, waiting)).toMatchObject({ ...bySupervisor, agent: null });
  const ownerships = await house.database.rows(
    'SELECT agent_id FROM chat_ownerships WHERE chat_id = $1 AND ended_at > began_at',
    [held],
  );
  expect(ownerships).toEqual([{ agent_id: agent.id }]);
});

it('is for who holds the chat, supervisors and admins', async () => {
  const queue = await house.aQueue();
  const [agent, colleague] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const chat = await house.aChat(queue);
  await expect(close(colleague, chat)).rejects.toMatchObject({ statusCode: 403, code: 'not_owner' });
  await accept(agent, chat);
  await expect(close(colleague, chat)).rejects.toMatchObject({ statusCode: 404 });
  await expect(close(agent, newId())).rejects.toMatchObject({ statusCode: 404 });
  expect(await close({ kind: 'key', id: newId(), role: 'admin', name: 'Key' }, chat)).toMatchObject({ closedBy: null });
});

it('opens a new chat, linked to the closed one, for a message after closing', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const place = { queueId: queue, channelId: await house.aChannel(queue), identityId: await house.aContact() };
  const first = await house.arrive(place, ['Hello']);
  await accept(agent, first);
  await close(agent, first);
  const second = await house.arrive(place, ['Me again']);
  expect(await accept(agent, second)).toMatchObject({ previousChatId: first });
});
