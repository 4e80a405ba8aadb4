import { newId } from '#database';
import type { Caller } from '#identity';
import { Actions } from '../action/actions.js';
import { Agents } from '../agent/agents.js';
import { AcceptChat } from '../chat/accept-chat.js';
import { ChatViews } from '../chat/chat-views.js';
import { CloseChat } from '../chat/close-chat.js';
import { MarkChatAsRead } from '../chat/mark-chat-as-read.js';
import { UnreadCounts } from '../chat/unread-counts.js';
import { Conversation } from '../message/conversation.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import type { TransferChatDto } from './ownership.dto.js';
import { Ownerships } from './ownerships.js';
import { ReleaseChat } from './release-chat.js';
import { TakeOverChat } from './take-over-chat.js';
import { TransferChat } from './transfer-chat.js';

/** Real: PostgreSQL and the room. Chats come through the receiving path's own statements. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const accept = (caller: Caller, chatId: string) => house.get(AcceptChat).acceptChat(caller, chatId);
const close = (caller: Caller, chatId: string) => house.get(CloseChat).closeActiveChat(caller, chatId);
const release = (caller: Caller, chatId: string) => house.get(ReleaseChat).releaseChat(caller, chatId);
const takeOver = (caller: Caller, chatId: string) => house.get(TakeOverChat).takeOverChat(caller, chatId);
const transfer = (caller: Caller, chatId: string, wish: TransferChatDto) =>
  house.get(TransferChat).transferChat(caller, chatId, wish);
const view = (caller: Caller, chatId: string) => house.get(ChatViews).get(caller, chatId);

async function linesOf(caller: Caller, chatId: string): Promise<(string | null)[]> {
  const { data } = await house.get(Conversation).getMessagesByChatId(caller, chatId, { limit: 100 });
  return data.filter(({ direction }) => direction === 'system').map(({ text }) => text);
}

async function openChatsOf({ id }: Caller): Promise<number | undefined> {
  let cursor: string | undefined;
  do {
    const { data, page } = await house.get(Agents).list(cursor, 100);
    const found = data.find(({ userId }) => userId === id);
    if (found) return found.openChats;
    cursor = page.next ?? undefined;
  } while (cursor);
  return undefined;
}

function eventsOf(chatId: string, type: string) {
  return house.database.rows<{ data: object; audience: { agents: string[]; queues: string[] } }>(
    'SELECT data, audience FROM events WHERE chat_id = $1 AND type = $2 ORDER BY txid, id',
    [chatId, type],
  );
}

/** A queue with two active agents, the first of whom holds a chat. */
async function aHeldChat() {
  const queue = await house.aQueue();
  const [holder, colleague] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chat = await house.aChat(queue, ['Hello', 'Anybody there?']);
  const accepted = await accept(holder, chat);
  return { queue, holder, colleague, supervisor, chat, waitingSince: accepted.waitingSince };
}

describe('release', () => {
  it('lets the chat wait again at its old place, and makes room for another', async () => {
    const { queue, holder, colleague, chat, waitingSince } = await aHeldChat();
    const released = await release(holder, chat);
    expect(released).toMatchObject({
      status: 'waiting',
      agent: null,
      acceptedAt: null,
      waitingSince,
      queue: { id: queue },
    });
    expect(await openChatsOf(holder)).toBe(0);
    expect(await accept(colleague, chat)).toMatchObject({ agent: { id: colleague.id } });
    expect(await linesOf(holder, chat)).toEqual([
      `${holder.name} accepted the chat`,
      `${holder.name} gave the chat back to ${released.queue.name}`,
      `${colleague.name} accepted the chat`,
    ]);
  });

  it('is harmless when repeated, and remembers when the chat was first accepted', async () => {
    const { holder, supervisor, chat } = await aHeldChat();
    const { firstAcceptedAt } = await view(holder, chat);
    const first = await release(holder, chat);
    expect(first.firstAcceptedAt).toEqual(firstAcceptedAt);
    expect(await release(holder, chat)).toEqual(first);
    expect(await release(supervisor, chat)).toMatchObject({ status: 'waiting', lastSeq: first.lastSeq });
    expect(await eventsOf(chat, 'chat.released')).toHaveLength(1);
  });

  it('is for who holds the chat, and for supervisors', async () => {
    const { holder, colleague, supervisor, chat } = await aHeldChat();
    await expect(release(colleague, chat)).rejects.toMatchObject({ statusCode: 404 });
    await release(supervisor, chat);
    await expect(release(colleague, chat)).rejects.toMatchObject({ statusCode: 409, code: 'chat_not_held' });
    await accept(colleague, chat);
    await expect(release(holder, chat)).rejects.toMatchObject({
      statusCode: 409,
      code: 'not_owner',
      extra: { holder: { id: colleague.id, name: colleague.name } },
    });
    await close(colleague, chat);
    await expect(release(colleague, chat)).rejects.toMatchObject({ statusCode: 409, code: 'chat_closed' });
  });
});

describe('transfer', () => {
  it('to an agent keeps the chat, its messages and its place, and says why', async () => {
    const { holder, colleague, chat } = await aHeldChat();
    const wish = { agentId: colleague.id, reason: 'language', comment: 'Speaks French only' };
    expect(await transfer(holder, chat, wish)).toMatchObject({ status: 'in_progress', agent: { id: colleague.id } });
    expect([await openChatsOf(holder), await openChatsOf(colleague)]).toEqual([0, 1]);
    const [line] = (await linesOf(colleague, chat)).slice(-1);
    expect(line).toBe(`${holder.name} transferred the chat to ${colleague.name}: language – Speaks French only`);
    const [event] = await eventsOf(chat, 'chat.transferred');
    expect(event).toMatchObject({
      data: {
        agentId: colleague.id,
        fromAgentId: holder.id,
        byUserId: holder.id,
        reason: 'language',
        status: 'in_progress',
      },
      audience: { agents: [holder.id, colleague.id] },
    });
  });

  it('to a queue lets it wait there, with that queue’s actions, and tells both queues', async () => {
    const { queue, holder, chat } = await aHeldChat();
    const elsewhere = await house.aQueue();
    const there = await house.anAgent({ queues: [elsewhere] });
    const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };
    const caption = `Refund ${chat}`;
    await house.get(Actions).create(admin, undefined, { caption, url: 'https://example.com', queueIds: [elsewhere] });
    expect((await house.get(Actions).getChatActions(holder, chat)).data).toEqual([]);
    const moved = { status: 'waiting', agent: null, queue: { id: elsewhere } };
    expect(await transfer(holder, chat, { queueId: elsewhere })).toMatchObject(moved);
    expect((await house.get(Actions).getChatActions(there, chat)).data).toMatchObject([{ caption }]);
    expect(await eventsOf(chat, 'chat.transferred')).toMatchObject([
      { audience: { agents: [holder.id], queues: [queue, elsewhere] }, data: { queueId: elsewhere, agentId: null } },
    ]);
    expect(await accept(there, chat)).toMatchObject({ agent: { id: there.id }, queue: { id: elsewhere } });
    expect(
      await house.database.rows('SELECT FROM agent_queue_loads WHERE open_chats > 0 AND queue_id = $1', [queue]),
    ).toEqual([]);
  });

  it('is refused with the reason where the agent takes no chats or holds enough, and changes nothing', async () => {
    const { queue, holder, chat } = await aHeldChat();
    const idle = await house.anAgent({ queues: [queue], active: false });
    const busy = await house.anAgent({ queues: [queue], chatLimit: 1 });
    await accept(busy, await house.aChat(queue));
    const before = await view(holder, chat);
    await expect(transfer(holder, chat, { agentId: idle.id })).rejects.toMatchObject({
      statusCode: 409,
      code: 'agent_unavailable',
    });
    await expect(transfer(holder, chat, { agentId: busy.id })).rejects.toMatchObject({
      statusCode: 409,
      code: 'limit_reached',
      detail: `${busy.name} holds as many open chats as allowed.`,
    });
    expect(await view(holder, chat)).toEqual(before);
    expect([await openChatsOf(holder), await openChatsOf(busy)]).toEqual([1, 1]);
  });

  it('respects the limit of the queue the chat is in', async () => {
    const queue = await house.aQueue(1);
    const [holder, target] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
    const [moving, held] = [await house.aChat(queue), await house.aChat(queue)];
    await accept(holder, moving);
    await accept(target, held);
    await expect(transfer(holder, moving, { agentId: target.id })).rejects.toMatchObject({ code: 'limit_reached' });
  });

  it('is for own chats, and for supervisors also for those that wait', async () => {
    const { queue, holder, colleague, supervisor, chat } = await aHeldChat();
    await expect(transfer(colleague, chat, { agentId: colleague.id })).rejects.toMatchObject({ statusCode: 404 });
    const waiting = await house.aChat(queue);
    await expect(transfer(holder, waiting, { agentId: colleague.id })).rejects.toMatchObject({ code: 'chat_not_held' });
    const given = { agent: { id: colleague.id }, status: 'in_progress' };
    expect(await transfer(supervisor, waiting, { agentId: colleague.id })).toMatchObject(given);
    expect(await transfer(supervisor, chat, { agentId: colleague.id })).toMatchObject(given);
    await expect(transfer(holder, chat, { agentId: holder.id })).rejects.toMatchObject({ code: 'not_owner' });
  });

  it('is harmless when repeated', async () => {
    const { queue, holder, colleague, chat } = await aHeldChat();
    const first = await transfer(holder, chat, { agentId: colleague.id });
    expect(await transfer(holder, chat, { agentId: colleague.id })).toEqual(first);
    const back = await transfer(colleague, chat, { queueId: queue });
    expect(await transfer(colleague, chat, { queueId: queue })).toEqual(back);
    expect(await eventsOf(chat, 'chat.transferred')).toHaveLength(2);
  });

  it('names who is unknown, and wants exactly one target', async () => {
    const { holder, colleague, queue, chat } = await aHeldChat();
    const refused = (wish: TransferChatDto) => transfer(holder, chat, wish).catch((error: unknown) => error);
    expect(await refused({})).toMatchObject({ statusCode: 422 });
    expect(await refused({ agentId: colleague.id, queueId: queue })).toMatchObject({ statusCode: 422 });
    expect(await refused({ agentId: newId() })).toMatchObject({
      statusCode: 422,
      code: 'unknown_agent',
      pointers: [{ pointer: '#/agentId' }],
    });
    expect(await refused({ queueId: newId() })).toMatchObject({
      statusCode: 422,
      code: 'unknown_queue',
      pointers: [{ pointer: '#/queueId' }],
    });
  });
});

describe('take-over', () => {
  it('makes a supervisor the owner, whoever held the chat', async () => {
    const { holder, supervisor, chat } = await aHeldChat();
    expect(await takeOver(supervisor, chat)).toMatchObject({ status: 'in_progress', agent: { id: supervisor.id } });
    expect([await openChatsOf(holder), await openChatsOf(supervisor)]).toEqual([0, 1]);
    expect(await takeOver(supervisor, chat)).toMatchObject({ agent: { id: supervisor.id } });
    const [event, ...more] = await eventsOf(chat, 'chat.taken_over');
    expect(event).toMatchObject({ audience: { agents: [holder.id, supervisor.id] }, data: { fromAgentId: holder.id } });
    expect(more).toEqual([]);
    const [line] = (await linesOf(supervisor, chat)).slice(-1);
    expect(line).toBe(`${supervisor.name} took the chat over from ${holder.name}`);
  });

  it('takes a waiting chat too, and obeys the limit', async () => {
    const queue = await house.aQueue();
    const supervisor = await house.anAgent({ role: 'supervisor', chatLimit: 1 });
    expect(await takeOver(supervisor, await house.aChat(queue))).toMatchObject({ agent: { id: supervisor.id } });
    await expect(takeOver(supervisor, await house.aChat(queue))).rejects.toMatchObject({ code: 'limit_reached' });
    await expect(takeOver({ ...supervisor, kind: 'key' }, newId())).rejects.toMatchObject({ code: 'needs_user' });
  });
});

describe('what was read', () => {
  it('is right after transfer and release: who has no position starts at the team’s', async () => {
    const { queue, holder, colleague, supervisor, chat } = await aHeldChat();
    await house.get(MarkChatAsRead).markChatAsRead(holder, chat, 1);
    expect(await transfer(holder, chat, { agentId: colleague.id })).toMatchObject({ unreadCount: 1 });
    expect(await view(colleague, chat)).toMatchObject({ unreadCount: 1 });
    await house.write(chat);
    expect(await house.get(UnreadCounts).getUnreadMessagesCount(colleague)).toEqual({ count: 2 });
    expect(await house.get(UnreadCounts).getUnreadMessagesCount(holder)).toEqual({ count: 0 });
    await house.get(MarkChatAsRead).markChatAsRead(colleague, chat);
    await transfer(colleague, chat, { queueId: queue });
    const newcomer = await house.anAgent({ queues: [queue] });
    expect(await house.get(UnreadCounts).getUnreadMessagesCount(newcomer)).toEqual({ count: 0 });
    expect(await house.get(UnreadCounts).getUnreadMessagesCount(holder)).toEqual({ count: 2 });
    await takeOver(supervisor, chat);
    expect(await view(supervisor, chat)).toMatchObject({ unreadCount: 0 });
    await close(supervisor, chat);
    expect(await house.get(UnreadCounts).getUnreadChatsCount(holder)).toEqual({ count: 0 });
  });
});

describe('history', () => {
  it('tells who held the chat, stretch by stretch, without gap where it went from hand to hand', async () => {
    const { holder, colleague, supervisor, chat } = await aHeldChat();
    await transfer(holder, chat, { agentId: colleague.id, reason: 'language' });
    await takeOver(supervisor, chat);
    await release(supervisor, chat);
    await accept(holder, chat);
    await close(holder, chat);
    const { data, page } = await house.get(Ownerships).list(colleague, chat, undefined, 3);
    const rest = await house.get(Ownerships).list(colleague, chat, page.next ?? undefined, 3);
    const stretches = [...data, ...rest.data];
    expect(stretches.map(({ agent, beganHow, endedHow }) => [agent.name, beganHow, endedHow])).toEqual([
      [holder.name, 'accepted', 'transferred'],
      [colleague.name, 'transferred', 'taken_over'],
      [supervisor.name, 'taken_over', 'released'],
      [holder.name, 'accepted', 'closed'],
    ]);
    expect(stretches[0]).toMatchObject({ beganBy: { id: holder.id }, endedBy: { id: holder.id }, reason: 'language' });
    expect(stretches[1]).toMatchObject({ beganAt: stretches[0]?.endedAt, beganBy: { id: holder.id } });
    expect(rest.page.next).toBeNull();
  });

  it('is for those who may see the chat', async () => {
    const { colleague, chat } = await aHeldChat();
    await expect(house.get(Ownerships).list(colleague, chat, undefined, 10)).rejects.toMatchObject({ statusCode: 404 });
    await expect(house.get(Ownerships).list(colleague, chat, 'x', 10)).rejects.toMatchObject({ statusCode: 400 });
  });
});
