import type { Caller } from '#identity';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { ChatViews } from './chat-views.js';
import { MarkChatAsRead } from './mark-chat-as-read.js';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse({ poolSize: 1 });
});
afterAll(() => house.close());

const read = (caller: Caller, chatId: string, upToSeq?: number) =>
  house.get(MarkChatAsRead).markChatAsRead(caller, chatId, upToSeq);
const unreadOf = async (caller: Caller, chatId: string) => (await house.get(ChatViews).get(caller, chatId)).unreadCount;

async function twoAgentsAndAChat(texts: string[]) {
  const queue = await house.aQueue();
  const [anna, ben] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  return { queue, anna, ben, chat: await house.aChat(queue, texts) };
}

it('marks all messages there are as read', async () => {
  const { anna, chat } = await twoAgentsAndAChat(['One', 'Two', 'Three']);
  expect(await unreadOf(anna, chat)).toBe(3);
  expect(await read(anna, chat)).toMatchObject({ unreadCount: 0 });
});

it('never swallows a message newer than upToSeq', async () => {
  const { anna, chat } = await twoAgentsAndAChat(['One', 'Two']);
  await house.get(AcceptChat).acceptChat(anna, chat);
  await house.write(chat, 'Three');
  // seq 3 is the system line of the accept: it counts for nobody.
  expect(await read(anna, chat, 3)).toMatchObject({ unreadCount: 1, lastSeq: 4 });
  expect(await read(anna, chat, 4)).toMatchObject({ unreadCount: 0 });
});

it('only moves forward', async () => {
  const { anna, chat } = await twoAgentsAndAChat(['One', 'Two', 'Three']);
  await read(anna, chat, 2);
  expect(await read(anna, chat, 1)).toMatchObject({ unreadCount: 1 });
  expect(await read(anna, chat, 0)).toMatchObject({ unreadCount: 1 });
});

it('lets an agent without a position start at the team’s, and keep an own one', async () => {
  const { anna, ben, chat } = await twoAgentsAndAChat(['One', 'Two', 'Three']);
  await read(anna, chat, 2);
  expect(await unreadOf(ben, chat)).toBe(1);
  expect(await read(ben, chat, 1)).toMatchObject({ unreadCount: 1 });
  await read(anna, chat);
  expect(await unreadOf(ben, chat)).toBe(1);
});

it('leaves unread what only a colleague has read, where the agent has a position of their own', async () => {
  const { anna, ben, chat } = await twoAgentsAndAChat(['One', 'Two', 'Three', 'Four']);
  await read(anna, chat, 1);
  await read(ben, chat);
  expect(await unreadOf(anna, chat)).toBe(3);
  expect(await read(anna, chat, 2)).toMatchObject({ unreadCount: 2 });
  expect(await read(anna, chat, 1)).toMatchObject({ unreadCount: 2 });
  const told = await house.database.rows<{ data: object }>(
    `SELECT data FROM events WHERE chat_id = $1 AND type = 'chat.read' ORDER BY id`,
    [chat],
  );
  expect(told.map(({ data }) => data)).toEqual([
    { userId: anna.id, position: 1, teamPosition: 1 },
    { userId: ben.id, position: 4, teamPosition: 4 },
    { userId: anna.id, position: 2, teamPosition: 4 },
  ]);
});

it('is harmless when repeated at once', async () => {
  const { anna, ben, chat } = await twoAgentsAndAChat(['One', 'Two', 'Three']);
  await Promise.all([1, 3, 2, 3, 1].flatMap((seq) => [read(anna, chat, seq), read(ben, chat, seq)]));
  expect([await unreadOf(anna, chat), await unreadOf(ben, chat)]).toEqual([0, 0]);
  const events = await house.database.rows(`SELECT FROM events WHERE chat_id = $1 AND type = 'chat.read'`, [chat]);
  expect(events.length).toBeLessThanOrEqual(6);
});

it('is for those who may see the chat, and for people', async () => {
  const { anna, ben, queue, chat } = await twoAgentsAndAChat(['One']);
  await house.get(AcceptChat).acceptChat(anna, chat);
  await expect(read(ben, chat)).rejects.toMatchObject({ statusCode: 404 });
  await expect(read({ ...anna, kind: 'key', role: 'supervisor' }, chat)).rejects.toMatchObject({ code: 'needs_user' });
  expect(await read(await house.anAgent({ role: 'supervisor', queues: [queue] }), chat)).toMatchObject({
    unreadCount: 0,
  });
});

it('tells the contact once, when the holder has read; whoever else looks in does so unseen', async () => {
  const { anna, chat } = await twoAgentsAndAChat(['One']);
  const told = () => house.toldSeen.filter((id) => id === chat).length;
  await read(anna, chat);
  expect(told()).toBe(0);
  await house.get(AcceptChat).acceptChat(anna, chat);
  await house.write(chat, 'Two');
  await read(await house.anAgent({ role: 'supervisor' }), chat);
  expect(told()).toBe(0);
  await read(anna, chat);
  await read(anna, chat);
  expect(told()).toBe(1);
});

it('tells the contact nothing while a message is there that the holder has not read', async () => {
  const { anna, chat } = await twoAgentsAndAChat(['One', 'Two']);
  const told = () => house.toldSeen.filter((id) => id === chat).length;
  await house.get(AcceptChat).acceptChat(anna, chat);
  await read(anna, chat, 0);
  await read(anna, chat, 1);
  expect(told()).toBe(0);
  await read(anna, chat, 2);
  expect(told()).toBe(1);
});
