import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { OutgoingMessages } from './outgoing-messages.js';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse({ poolSize: 1 });
});
afterAll(() => house.close());

const answer = (caller: Caller, chatId: string) =>
  house.database.transaction((tx) => house.get(OutgoingMessages).answerable(tx, caller, chatId));

async function handOver(chatId: string, to: Caller): Promise<void> {
  await house.database.rows(`UPDATE chats SET agent_id = $2 WHERE id = $1`, [chatId, to.id]);
}

it.each([true, false])('tells a member of the queue to accept a waiting chat first, active: %s', async (active) => {
  const queue = await house.aQueue();
  const member = await house.anAgent({ queues: [queue], active });
  const chat = await house.aChat(queue);
  await expect(answer(member, chat)).rejects.toMatchObject({ statusCode: 409, code: 'chat_not_accepted' });
});

it('lets the holder and supervisors answer, and hides the chat from others', async () => {
  const queue = await house.aQueue();
  const [holder, colleague] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(holder, chat);
  expect(await answer(holder, chat)).toMatchObject({ id: chat });
  expect(await answer(supervisor, chat)).toMatchObject({ id: chat });
  await expect(answer(colleague, chat)).rejects.toMatchObject({ statusCode: 404 });
});

it('tells who held the chat once who holds it now', async () => {
  const queue = await house.aQueue();
  const [before, now] = [await house.anAgent({ queues: [queue] }), await house.anAgent({ queues: [queue] })];
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(before, chat);
  await handOver(chat, now);
  await expect(answer(before, chat)).rejects.toMatchObject({
    statusCode: 409,
    code: 'not_owner',
    extra: { holder: { id: now.id, name: now.name } },
  });
});
