import { newId, type Tx } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { ChatViews } from '../chat/chat-views.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { Deliveries } from './deliveries.js';
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

it('keeps on the chat when a person answered first, and how much was said each way', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue, ['Hello', 'Anybody there?']);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const said = async (caller: Caller, texts: string[]) => {
    await house.database.transaction(async (tx) => {
      const messages = house.get(OutgoingMessages);
      const parts = texts.map((text) => ({ text }));
      await messages.enqueue(tx, await messages.answerable(tx, caller, chat), caller, parts);
    });
    return house.get(ChatViews).get(agent, chat);
  };
  const program: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Robot' };
  expect(await said(program, ['One moment'])).toMatchObject({ firstHumanReplyAt: null, outboundCount: 1 });
  const { firstHumanReplyAt, firstAcceptedAt, acceptedAt } = await said(agent, ['Good day!', 'How may I help?']);
  expect(firstHumanReplyAt).toBeInstanceOf(Date);
  expect(firstAcceptedAt).toEqual(acceptedAt);
  const later = { firstHumanReplyAt, inboundCount: 2, outboundCount: 4 };
  expect(await said(agent, ['Hm?'])).toMatchObject(later);
});

it('counts from when the message was queued by the database’s clock, also where a server’s is ahead of it', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const queued = async (tx: Tx) => {
    const answerable = await house.get(OutgoingMessages).answerable(tx, agent, chat);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'], now: Date.now() + 3_600_000 });
    try {
      await house.get(OutgoingMessages).enqueue(tx, answerable, agent, [{ text: 'Hello' }]);
    } finally {
      jest.useRealTimers();
    }
  };
  await house.database.transaction(queued);
  const head = await house.database.transaction((tx) => house.get(Deliveries).startSending(tx, chat, 3_600_000));
  expect(head?.queuedForMs).toBeGreaterThanOrEqual(0);
});
