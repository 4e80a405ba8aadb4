import { encodeCursor } from '#api-kit';
import { newId } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { OutgoingMessages } from '../outgoing/outgoing-messages.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { Conversation } from './conversation.js';

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse({ poolSize: 1 });
});
afterAll(() => house.close());

const conversation = (caller: Caller, chatId: string, cursor?: string, limit = 50) =>
  house.get(Conversation).getConversation(caller, chatId, { cursor, limit });
const messages = (
  caller: Caller,
  chatId: string,
  query: { cursor?: string; after?: number; before?: number; around?: number },
  limit = 50,
) => house.get(Conversation).getMessagesByChatId(caller, chatId, { ...query, limit });

async function aChatWith(texts: string[]) {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  return { queue, agent, chat: await house.aChat(queue, texts) };
}

it('shows who said what, by name', async () => {
  const { agent, chat } = await aChatWith(['Hello']);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const outgoing = house.get(OutgoingMessages);
  await house.database.transaction(async (tx) =>
    outgoing.enqueue(tx, await outgoing.answerable(tx, agent, chat), agent, [{ text: 'How can I help?' }]),
  );
  const { data } = await conversation(agent, chat);
  expect(data).toMatchObject([
    { seq: 1, direction: 'inbound', author: { kind: 'contact', name: 'Maria' }, text: 'Hello', status: null },
    { seq: 2, direction: 'system', author: { kind: 'system', id: null, name: null } },
    { seq: 3, direction: 'outbound', author: { kind: 'agent', id: agent.id, name: agent.name }, status: 'queued' },
  ]);
});

it('gives the newest page first and leads back to the beginning', async () => {
  const { agent, chat } = await aChatWith(['1', '2', '3', '4', '5']);
  const newest = await conversation(agent, chat, undefined, 2);
  expect(newest.data.map(({ text }) => text)).toEqual(['4', '5']);
  expect(newest.page.prev).toBeNull();
  const middle = await conversation(agent, chat, newest.page.next!, 2);
  expect(middle.data.map(({ text }) => text)).toEqual(['2', '3']);
  const oldest = await conversation(agent, chat, middle.page.next!, 2);
  expect(oldest.data.map(({ text }) => text)).toEqual(['1']);
  expect(oldest.page.next).toBeNull();
  const back = await conversation(agent, chat, oldest.page.prev!, 2);
  expect(back.data.map(({ text }) => text)).toEqual(['2', '3']);
});

it('shows messages by the messenger’s time, ties by its id, and numbers them by arrival', async () => {
  const { agent, queue } = await aChatWith(['Hello']);
  const place = { channelId: await house.aChannel(queue), identityId: await house.aContact(), queueId: queue };
  const at = new Date('2026-11-22T10:00:00Z');
  const said = (text: string, externalId: string, sentAt: Date) => ({
    ...place,
    externalId,
    sentAt,
    content: { text },
  });
  const arrivals = [
    said('third', '7:10', at),
    said('second', '7:9', at),
    said('first', '7:11', new Date(at.getTime() - 1000)),
  ];
  await house.receive(arrivals);
  const chat = await house.arrive(place, []);
  expect((await conversation(agent, chat)).data.map(({ text }) => text)).toEqual(['first', 'second', 'third']);
  expect((await messages(agent, chat, {})).data.map(({ text }) => text)).toEqual(['third', 'second', 'first']);
});

it('gives unified messages by seq, both ways', async () => {
  const { agent, chat } = await aChatWith(['1', '2', '3', '4', '5']);
  const seqs = async (query: Parameters<typeof messages>[2]) =>
    (await messages(agent, chat, query, 2)).data.map(({ seq }) => seq);
  expect(await seqs({})).toEqual([1, 2]);
  expect(await seqs({ after: 3 })).toEqual([4, 5]);
  expect(await seqs({ before: 4 })).toEqual([2, 3]);
  const { page } = await messages(agent, chat, { after: 2 }, 2);
  expect(await seqs({ cursor: page.next! })).toEqual([5]);
  expect(await seqs({ cursor: page.prev! })).toEqual([1, 2]);
  expect((await messages(agent, chat, { after: 4 })).page.next).toBeNull();
  expect((await messages(agent, chat, {})).page.prev).toBeNull();
});

it('gives unified messages around a seq, with the way to both sides', async () => {
  const { agent, chat } = await aChatWith(['1', '2', '3', '4', '5', '6']);
  const seqs = async (query: Parameters<typeof messages>[2], limit: number) => {
    const { data, page } = await messages(agent, chat, query, limit);
    return { seqs: data.map(({ seq }) => seq), page };
  };
  const middle = await seqs({ around: 3 }, 3);
  expect(middle.seqs).toEqual([2, 3, 4]);
  expect((await seqs({ cursor: middle.page.prev! }, 3)).seqs).toEqual([1]);
  expect((await seqs({ cursor: middle.page.next! }, 3)).seqs).toEqual([5, 6]);
  expect(await seqs({ around: 1 }, 4)).toMatchObject({ seqs: [1, 2, 3], page: { prev: null } });
  expect(await seqs({ around: 9 }, 4)).toMatchObject({ seqs: [5, 6], page: { next: null } });
  const { page } = await seqs({ around: 4 }, 1);
  expect([page.next, page.prev]).not.toContain(null);
});

/** A contact with an identity on two channels: two closed chats of two agents and an open one of the first. */
async function aLongAcquaintance() {
  const queueId = await house.aQueue();
  const [anna, ben] = [await house.anAgent({ queues: [queueId] }), await house.anAgent({ queues: [queueId] })];
  const [here, there] = [await house.aContact('Maria Lys'), await house.aContact('Maria Lys')];
  await house.database.rows(
    'UPDATE identities SET contact_id = (SELECT contact_id FROM identities WHERE id = $1) WHERE id = $2',
    [here, there],
  );
  const chats: string[] = [];
  for (const [identityId, agent] of [
    [here, anna],
    [there, ben],
    [here, anna],
  ] as const) {
    const channelId = await house.aChannel(queueId);
    const chat = await house.arrive({ channelId, identityId, queueId }, [
      `Hello ${chats.length}`,
      `More ${chats.length}`,
    ]);
    await house.get(AcceptChat).acceptChat(agent, chat);
    chats.push(chat);
    if (chats.length < 3) await house.get(CloseChat).closeActiveChat(agent, chat);
  }
  await house.aChat(queueId, ['Somebody else']);
  return { anna, ben, chats, supervisor: await house.anAgent({ role: 'supervisor' }) };
}

it('goes on to the contact’s chats before, on every identity and channel, with the right names, and back', async () => {
  const { chats, supervisor } = await aLongAcquaintance();
  const seen: { chat: string; seq: number; name: string | null }[] = [];
  const pages: string[][] = [];
  let cursor: string | undefined;
  let prev: string | null = null;
  do {
    const { data, page } = await conversation(supervisor, chats[2]!, cursor, 2);
    seen.unshift(...data.map(({ chatId, seq, author }) => ({ chat: chatId, seq, name: author.name })));
    pages.push(data.map(({ id }) => id));
    cursor = page.next ?? undefined;
    prev = page.prev;
  } while (cursor);
  const one = (chat: string, lines: number) => Array.from({ length: lines }, (_, n) => ({ chat, seq: n + 1 }));
  const expected = [...one(chats[0]!, 4), ...one(chats[1]!, 4), ...one(chats[2]!, 3)];
  expect(seen.map(({ chat, seq }) => ({ chat, seq }))).toEqual(expected);
  expect(seen.filter(({ seq }) => seq < 3).every(({ name }) => name === 'Maria Lys')).toBe(true);
  for (const expectedPage of pages.slice(0, -1).reverse()) {
    const { data, page } = await conversation(supervisor, chats[2]!, prev!, 2);
    expect(data.map(({ id }) => id)).toEqual(expectedPage);
    prev = page.prev;
  }
  expect(prev).toBeNull();
});

it('tells of each line which chat it belongs to', async () => {
  const { supervisor, chats } = await aLongAcquaintance();
  const { data } = await conversation(supervisor, chats[2]!);
  expect(data[0]!.chat).toMatchObject({ id: chats[0], status: 'closed', channelName: 'Dovecote' });
  expect(data[0]!.chat.closedAt).toBeInstanceOf(Date);
  expect(data.at(-1)!.chat).toMatchObject({ id: chats[2], status: 'in_progress', closedAt: null });
});

it('shows an agent only those of the contact’s chats that are for them, and never later ones', async () => {
  const { anna, ben, chats } = await aLongAcquaintance();
  const chatsOf = async (caller: Caller, chatId: string) => [
    ...new Set((await conversation(caller, chatId)).data.map(({ chatId: id }) => id)),
  ];
  expect(await chatsOf(anna, chats[2]!)).toEqual([chats[0], chats[2]]);
  expect(await chatsOf(ben, chats[1]!)).toEqual([chats[1]]);
  expect(await chatsOf(anna, chats[0]!)).toEqual([chats[0]]);
});

it('refuses the cursor of another contact’s conversation, and of a later chat', async () => {
  const { supervisor, chats } = await aLongAcquaintance();
  const stranger = await aChatWith(['Hello']);
  for (const [chatId, other] of [
    [chats[2]!, stranger.chat],
    [chats[0]!, chats[2]!],
    [chats[0]!, newId()],
  ] as const) {
    const cursor = encodeCursor(['before', other, 3]);
    await expect(conversation(supervisor, chatId, cursor)).rejects.toMatchObject({ code: 'invalid_cursor' });
  }
});

it('carries what a message has, and never the messenger’s reference to a file', async () => {
  const { agent, queue } = await aChatWith(['Hello']);
  const place = { channelId: await house.aChannel(queue), identityId: await house.aContact(), queueId: queue };
  const content = {
    attachments: [{ type: 'image' as const, mimeType: 'image/png', size: 5, reference: 'secret-file-id' }],
    replyTo: 'm1',
    quote: 'the oak lamp',
    choice: { title: 'Yes' },
    unsupported: { kind: 'dice' },
  };
  const arrival = { ...place, externalId: 'm2', sentAt: new Date(), content };
  await house.receive([arrival]);
  const { data } = await messages(agent, await house.arrive(place, []), {});
  expect(data).toMatchObject([
    {
      externalId: 'm2',
      messenger: 'pigeon',
      text: null,
      attachments: [
        { type: 'image', name: null, mimeType: 'image/png', size: 5, file: null, url: null, location: null },
      ],
      replyTo: 'm1',
      quote: 'the oak lamp',
      choice: { title: 'Yes', payload: null },
      unsupported: { kind: 'dice' },
      referral: null,
    },
  ]);
  expect(JSON.stringify(data)).not.toContain('secret-file-id');
});

it('is for those who may see the chat', async () => {
  const { chat } = await aChatWith(['Hello']);
  const stranger = await house.anAgent();
  await expect(conversation(stranger, chat)).rejects.toMatchObject({ statusCode: 404 });
  await expect(messages(stranger, chat, {})).rejects.toMatchObject({ statusCode: 404 });
  await expect(messages(stranger, newId(), {})).rejects.toMatchObject({ statusCode: 404 });
});

it('refuses a start that is two, and a forged cursor', async () => {
  const { agent, chat } = await aChatWith(['Hello']);
  await expect(messages(agent, chat, { after: 1, before: 2 })).rejects.toMatchObject({
    statusCode: 422,
    pointers: [{ pointer: '?after' }, { pointer: '?before' }],
  });
  await expect(messages(agent, chat, { around: 1, before: 2 })).rejects.toMatchObject({ statusCode: 422 });
  const forged = Buffer.from('["after","99999999999"]').toString('base64url');
  await expect(messages(agent, chat, { cursor: forged })).rejects.toMatchObject({ code: 'invalid_cursor' });
});
