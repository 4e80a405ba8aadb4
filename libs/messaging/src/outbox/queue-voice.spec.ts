import { ChatIntake, CloseChat, DueTexts } from '#chats';
import { eventually, newId } from '#database';
import type { Caller } from '#identity';
import { openOutboxHouse, type OutboxHouse } from '../testing/outbox-house.js';
import { QueueVoice } from './queue-voice.js';

/** Real: PostgreSQL and all that stands between a chat’s beginning and the network. Scripted: the network. */
let house: OutboxHouse;
beforeAll(async () => {
  house = await openOutboxHouse({}, 1);
});
beforeEach(() => {
  house.scripted.allowed = true;
  house.scripted.calls.length = 0;
});
afterAll(() => house.close());

const GREETING = 'Hello {{contact.name|there}}, this is {{channel.name}}!';
const CLOSING = 'Good-bye from {{agent.name|all of us}}.';

async function aChannel(texts = { greeting: GREETING, closing: CLOSING } as Record<string, string | null>) {
  const id = await house.aChannel();
  await house.database.rows(
    `UPDATE queues q SET greeting_text = $2, closing_text = $3 FROM channels c WHERE c.id = $1 AND q.id = c.queue_id`,
    [id, texts.greeting ?? null, texts.closing ?? null],
  );
  return id;
}

/** A chat as a stranger’s first message opens it. */
async function anOpenedChat(channelId: string, at = new Date(), name: string | null = null): Promise<string> {
  const identityId = newId();
  await house.database.rows(
    `INSERT INTO identities (id, messenger, scope, external_id, name) VALUES ($1, 'scripted', '', $1::uuid, $2)`,
    [identityId, name],
  );
  return house.database.transaction(async (tx) => {
    const intake = house.get(ChatIntake);
    const opened = await intake.open(tx, [{ channelId, identityId, messages: 1, sentAt: at, preview: 'Hello' }], at);
    await house.get(DueTexts).greet(tx, opened, at);
    return opened[0]!.id;
  });
}

const say = (chatId: string) => house.get(QueueVoice).say({ chatId });
const close = (chatId: string, caller?: Caller) => house.get(CloseChat).closeActiveChat(caller ?? boss, chatId);
const boss: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };

const messagesOf = (chatId: string) =>
  house.database.rows<{ seq: number; direction: string; author_kind: string; author_id: string | null; text: string }>(
    'SELECT seq, direction, author_kind, author_id, text FROM messages WHERE chat_id = $1 ORDER BY seq',
    [chatId],
  );
const textsOf = async (chatId: string) => (await messagesOf(chatId)).map(({ text }) => text);
const sent = (...texts: string[]) => eventually(() => house.scripted.texts().join('\n') === texts.join('\n'));

it('a greeting is a message of nobody, and goes out', async () => {
  const chatId = await anOpenedChat(await aChannel(), new Date(), 'Maria');
  await say(chatId);
  expect(await messagesOf(chatId)).toEqual([
    { seq: 2, direction: 'outbound', author_kind: 'bot', author_id: null, text: 'Hello Maria, this is Channel!' },
  ]);
  await sent('Hello Maria, this is Channel!');
  expect(house.scripted.calls[0]).toMatchObject({ human: false });
  const [chat] = await house.database.rows('SELECT first_human_reply_at, inbound_count FROM chats WHERE id = $1', [
    chatId,
  ]);
  expect(chat).toEqual({ first_human_reply_at: null, inbound_count: 1 });
});

it('is said once, however often it is tried and however many try', async () => {
  const chatId = await anOpenedChat(await aChannel());
  await Promise.all([1, 2, 3].map(() => say(chatId)));
  await say(chatId);
  expect(await textsOf(chatId)).toEqual(['Hello there, this is Channel!']);
});

it('what dies before its commit has said nothing and lost nothing', async () => {
  const chatId = await anOpenedChat(await aChannel());
  const { powers } = house.scripted;
  const dies = () => {
    throw new Error('killed');
  };
  house.scripted.powers = Object.assign([], { includes: dies });
  await expect(say(chatId)).rejects.toThrow('killed');
  house.scripted.powers = powers;
  expect(await textsOf(chatId)).toEqual([]);
  await say(chatId);
  expect(await textsOf(chatId)).toEqual(['Hello there, this is Channel!']);
});

it('a chat whose opening is undone owes nothing', async () => {
  const channelId = await aChannel();
  await house.database
    .transaction(async (tx) => {
      const identityId = newId();
      await tx.query(
        `INSERT INTO identities (id, messenger, scope, external_id) VALUES ($1, 'scripted', '', $1::uuid)`,
        [identityId],
      );
      const at = new Date();
      const opening = { channelId, identityId, messages: 1, sentAt: at, preview: 'Hello' };
      await house.get(DueTexts).greet(tx, await house.get(ChatIntake).open(tx, [opening], at), at);
      throw new Error('again');
    })
    .catch(() => undefined);
  const due = await house.database.rows(
    'SELECT FROM due_texts d JOIN chats c ON c.id = d.chat_id WHERE c.channel_id = $1',
    [channelId],
  );
  expect(due).toEqual([]);
});

it('a closing text goes into the closed chat, after what was still to be said', async () => {
  const chatId = await anOpenedChat(await aChannel());
  const agent = await house.anAgent();
  await house.database.rows(
    `UPDATE chats SET status = 'in_progress', agent_id = $2, accepted_at = now(), waiting_since = NULL WHERE id = $1`,
    [chatId, agent.id],
  );
  await close(chatId, agent);
  await close(chatId, agent);
  await say(chatId);
  await sent('Hello there, this is Channel!', 'Good-bye from Agent.');
  expect(await house.database.rows('SELECT status FROM chats WHERE id = $1', [chatId])).toEqual([{ status: 'closed' }]);
  expect((await messagesOf(chatId)).map(({ seq, direction }) => [seq, direction])).toEqual([
    [2, 'system'],
    [3, 'outbound'],
    [4, 'outbound'],
  ]);
});

it('nobody is told good-bye who never wrote', async () => {
  const chatId = await anOpenedChat(await aChannel({ closing: CLOSING }));
  await house.database.rows('UPDATE chats SET inbound_count = 0 WHERE id = $1', [chatId]);
  await close(chatId);
  await say(chatId);
  expect((await messagesOf(chatId)).map(({ direction }) => direction)).toEqual(['system']);
});

const block = (chatId: string) =>
  house.database.rows(
    `INSERT INTO channel_identities (identity_id, channel_id, blocked_at)
     SELECT identity_id, channel_id, now() + interval '1 minute' FROM chats WHERE id = $1`,
    [chatId],
  );

it.each<[string, string, (chatId: string) => unknown]>([
  ['the messenger does not allow it', 'Too late.', () => (house.scripted.allowed = false)],
  ['the contact blocked the account', 'The contact blocked this account.', block],
  [
    'it waited for longer than a message may',
    'Its time is over.',
    (chatId) =>
      house.database.rows(`UPDATE due_texts SET due_at = now() - interval '25 hours' WHERE chat_id = $1`, [chatId]),
  ],
])('where %s, the chat says so, and nothing waits for ever', async (_, why, refuse) => {
  const chatId = await anOpenedChat(await aChannel());
  await refuse(chatId);
  await say(chatId);
  house.scripted.allowed = true;
  await say(chatId);
  expect(await messagesOf(chatId)).toMatchObject([
    { direction: 'system', author_kind: 'system', text: `The greeting of the queue was not sent: ${why}` },
  ]);
  const news = await house.database.rows(`SELECT seq FROM events WHERE chat_id = $1 AND type = 'message.noted'`, [
    chatId,
  ]);
  expect(news).toEqual([{ seq: 2 }]);
});

it('says nothing into a chat that another system has, until that gives it back', async () => {
  const channelId = await aChannel();
  const chatId = await anOpenedChat(channelId);
  await house.hears(chatId, 'Hi', { standby: true });
  await say(chatId);
  await close(chatId);
  await say(chatId);
  const why = 'Another system has this conversation.';
  const texts = await textsOf(chatId);
  expect(texts).toContain(`The greeting of the queue was not sent: ${why}`);
  expect(texts).toContain(`The closing text of the queue was not sent: ${why}`);
  const back = await anOpenedChat(channelId);
  await house.hears(back, 'Hi', { standby: true });
  await house.hears(back, 'Are you there?');
  await say(back);
  await sent('Hello there, this is Channel!');
});
