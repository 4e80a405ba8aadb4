import { PageQuery } from '#api-kit';
import { newId, rows } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { ChatViews } from '../chat/chat-views.js';
import { CloseChat } from '../chat/close-chat.js';
import { Conversation } from '../message/conversation.js';
import { MessageQuery } from '../message/message-query.dto.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { Notes } from './notes.js';

/** Real: PostgreSQL. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };

/** A chat that an agent holds. */
async function aDesk() {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const add = async (text = 'Be kind', by = agent, key?: string) =>
    (await house.get(Notes).add(by, chat, key, text)).body;
  const conversation = async (by = agent) =>
    (await house.get(Conversation).getConversation(by, chat, Object.assign(new PageQuery(), { limit: 50 }))).data;
  return { queue, agent, chat, add, conversation };
}

const eventsOf = (chat: string, note: string) =>
  house.database.rows<{ type: string; seq: number; data: object; audience: object }>(
    `SELECT type, seq, data, audience FROM events WHERE chat_id = $1 AND data->>'messageId' = $2 ORDER BY id`,
    [chat, note],
  );

it('is a line of the conversation with its author, and nothing else of the chat changes', async () => {
  const { agent, chat, add, conversation } = await aDesk();
  const before = await house.get(ChatViews).get(agent, chat);
  const note = await add('Be kind\nand quick');
  expect(note).toMatchObject({ author: { kind: 'agent', id: agent.id, name: agent.name }, seq: before.lastSeq + 1 });
  const line = (await conversation()).at(-1);
  expect(line).toMatchObject({
    id: note.id,
    note: true,
    direction: 'system',
    text: 'Be kind\nand quick',
    author: { kind: 'agent', name: agent.name },
    status: null,
    externalId: null,
  });
  const query = Object.assign(new MessageQuery(), { limit: 50 });
  const { data } = await house.get(Conversation).getMessagesByChatId(agent, chat, query);
  expect(data.map((message) => message.note)).toEqual([false, false, true]);
  expect(await house.get(ChatViews).get(agent, chat)).toEqual({ ...before, lastSeq: note.seq });
  const [event] = await eventsOf(chat, note.id);
  expect(event).toMatchObject({
    type: 'message.noted',
    seq: note.seq,
    data: { preview: 'Be kind and quick' },
    audience: { agents: [agent.id], roles: ['supervisor', 'admin'] },
  });
});

it('is no unread message and waits for no delivery', async () => {
  const { chat, add } = await aDesk();
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const { unreadCount } = await house.get(ChatViews).get(supervisor, chat);
  await add();
  expect((await house.get(ChatViews).get(supervisor, chat)).unreadCount).toBe(unreadCount);
  expect(await house.database.rows('SELECT FROM outbox_lanes WHERE chat_id = $1', [chat])).toEqual([]);
});

it('is changed and taken back by its author and by supervisors, not by others', async () => {
  const { queue, agent, chat, add, conversation } = await aDesk();
  const supervisor = await house.anAgent({ role: 'supervisor', queues: [queue] });
  const [own, theirs] = [await add(), await add('Well done', supervisor)];
  const notes = house.get(Notes);
  await expect(notes.edit(agent, chat, theirs.id, 'x')).rejects.toMatchObject({ code: 'not_author' });
  await expect(notes.delete(agent, chat, theirs.id)).rejects.toMatchObject({ code: 'not_author' });
  expect(await notes.edit(supervisor, chat, own.id, 'Be kinder')).toMatchObject({
    text: 'Be kinder',
    author: { id: agent.id },
    editedAt: expect.any(Date) as Date,
  });
  await notes.delete(agent, chat, own.id);
  const line = (await conversation()).find(({ id }) => id === own.id);
  expect(line).toMatchObject({ text: null, note: true, deletedAt: expect.any(Date) as Date });
  await expect(notes.edit(agent, chat, own.id, 'back')).rejects.toMatchObject({ statusCode: 404 });
  expect((await eventsOf(chat, own.id)).map(({ type }) => type)).toEqual([
    'message.noted',
    'message.edited',
    'message.deleted',
  ]);
});

it('is nothing but a note: messages and plain system lines cannot be changed this way', async () => {
  const { agent, chat, conversation } = await aDesk();
  for (const { id } of await conversation())
    await expect(house.get(Notes).edit(admin, chat, id, 'x')).rejects.toMatchObject({ statusCode: 404 });
  const other = await aDesk();
  const note = await other.add();
  await expect(house.get(Notes).edit(agent, chat, note.id, 'x')).rejects.toMatchObject({ statusCode: 404 });
});

it('is written by whoever sees the chat, also when it is closed, and by nobody else', async () => {
  const { agent, chat, add } = await aDesk();
  await house.get(CloseChat).closeActiveChat(agent, chat);
  expect(await add('Sent the invoice')).toMatchObject({ text: 'Sent the invoice' });
  await expect(add('x', await house.anAgent())).rejects.toMatchObject({ statusCode: 404 });
  expect(await add('From the CRM', admin)).toMatchObject({ author: { kind: 'bot', id: admin.id } });
});

it('is not kept once the person is erased: an erasure that is under way is waited for', async () => {
  const { agent, chat, add } = await aDesk();
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const notes = house.get(Notes);
  const note = await add('Lives in Kyiv');
  const refusal = (writing: Promise<unknown>) => writing.catch((error: unknown) => error);
  const late = await house.database.transaction(async (tx) => {
    await rows(
      tx,
      `UPDATE identities i SET external_id = 'erased:' || i.id, erased_at = now() FROM chats c
       WHERE c.id = $1 AND i.id = c.identity_id`,
      [chat],
    );
    const writing = [refusal(add('Moved to Lviv')), refusal(notes.edit(agent, chat, note.id, 'Lives in Lviv'))];
    await house.somebodyWaits();
    return { writing };
  });
  const erased = { statusCode: 409, code: 'person_erased' };
  expect(await Promise.all(late.writing)).toEqual([expect.objectContaining(erased), expect.objectContaining(erased)]);
  await expect(add('Moved to Odesa', supervisor)).rejects.toMatchObject(erased);
  await expect(add('x', await house.anAgent())).rejects.toMatchObject({ statusCode: 404 });
  await notes.delete(supervisor, chat, note.id);
});

it('is written once for one idempotency key, and numbered without gaps by many at once', async () => {
  const { agent, add, conversation } = await aDesk();
  expect((await add('Twice', agent, 'k')).id).toBe((await add('Twice', agent, 'k')).id);
  await Promise.all(Array.from({ length: 10 }, (_, number) => add(`Note ${number}`)));
  const seqs = (await conversation()).map(({ seq }) => seq).sort((a, b) => a - b);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
});
