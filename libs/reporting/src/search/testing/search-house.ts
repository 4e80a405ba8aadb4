import { newId, openTestDatabase, rows, type Tx } from '#database';
import type { Caller, Role } from '#identity';
import { SearchIndexRepository } from '../search-index.repository.js';
import { SearchIndexer } from '../search-indexer.js';
import { SearchText } from '../search-text.js';

interface ChatWish {
  readonly queueId?: string;
  readonly channelId?: string;
  readonly status?: 'waiting' | 'in_progress' | 'closed';
  readonly agentId?: string;
  /** Who held it before. */
  readonly heldBy?: readonly string[];
  readonly contact?: string;
}

interface SaidWish {
  readonly at?: Date;
  readonly direction?: 'inbound' | 'outbound' | 'system';
  readonly event?: string;
  readonly content?: object;
}

/** Real PostgreSQL and the real index; chats and messages are rows, with the events that the rooms below record. */
export async function openSearchHouse() {
  const storage = await openTestDatabase();
  const { database } = storage;
  const index = new SearchIndexRepository();
  const indexer = new SearchIndexer(database, index);

  /** Until there is nothing left to do. */
  async function indexed(): Promise<void> {
    while ((await indexer.step()) === 'behind');
  }

  async function row(table: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(values);
    const places = names.map((_, place) => `$${place + 1}`);
    await database.rows(`INSERT INTO ${table} (${names.join()}) VALUES (${places.join()})`, Object.values(values));
  }

  async function aQueue(): Promise<string> {
    const id = newId();
    await row('queues', { id, name: id });
    return id;
  }

  async function aChannel(queueId: string): Promise<string> {
    const id = newId();
    await row('channels', { id, messenger: 'pigeon', source: id, name: 'Dovecote', queue_id: queueId });
    return id;
  }

  async function anAgent({ role = 'agent', queues = [] }: { role?: Role; queues?: readonly string[] } = {}) {
    const id = newId();
    await row('users', { id, email: `${id}@example.com`, name: `Agent ${id}`, password_hash: '', role });
    for (const queue of queues) await row('queue_agents', { queue_id: queue, user_id: id });
    const caller: Caller = { kind: 'user', id, role, name: 'Agent' };
    return caller;
  }

  async function aContact(name = 'Maria'): Promise<string> {
    const id = newId();
    await row('contacts', { id, name });
    await row('identities', { id, messenger: 'pigeon', scope: '', external_id: id, contact_id: id });
    return id;
  }

  const queue = await aQueue();

  async function aChat(wish: ChatWish = {}): Promise<string> {
    const { queueId = queue, status = 'waiting', agentId, heldBy = [] } = wish;
    const [id, identity] = [newId(), wish.contact ?? (await aContact())];
    const channel = wish.channelId ?? (await aChannel(queueId));
    const times = { opened_at: new Date(), closed_at: status === 'closed' ? new Date() : null };
    await row('chats', {
      id,
      channel_id: channel,
      identity_id: identity,
      queue_id: queueId,
      status,
      agent_id: agentId,
      ...times,
    });
    for (const [index, agent] of heldBy.entries()) {
      const [began_at, ended_at] = [new Date(index * 1000), new Date(index * 1000 + 500)];
      await row('chat_ownerships', { chat_id: id, agent_id: agent, began_at, ended_at });
    }
    return id;
  }

  let letters = 0;

  /** The message and what tells of it, in the transaction of the caller. */
  async function sayIn(tx: Tx, chatId: string, text: string | null, wish: SaidWish = {}): Promise<number> {
    const { at = new Date(Date.UTC(2026, 0, 1) + ++letters * 1000), direction = 'inbound', content = null } = wish;
    const [last] = await rows<{ last_seq: number; channel_id: string }>(
      tx,
      'UPDATE chats SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq, channel_id',
      [chatId],
    );
    const author = { inbound: 'contact', outbound: 'agent', system: 'system' }[direction];
    await rows(
      tx,
      `INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, text, content, sent_at, received_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
      [
        newId(),
        chatId,
        last!.channel_id,
        last!.last_seq,
        direction,
        author,
        text,
        content && JSON.stringify(content),
        at.toISOString(),
      ],
    );
    if (wish.event !== '') await tell(tx, wish.event ?? 'message.received', chatId, last!.last_seq);
    return last!.last_seq;
  }

  async function tell(tx: Tx, type: string, chatId: string, seq: number): Promise<void> {
    await rows(
      tx,
      `INSERT INTO events (type, at, chat_id, seq, audience, data) VALUES ($1, now(), $2, $3, '{}', '{}')`,
      [type, chatId, seq],
    );
  }

  function says(chatId: string, text: string | null, wish: SaidWish = {}): Promise<number> {
    return database.transaction((tx) => sayIn(tx, chatId, text, wish));
  }

  async function changes(chatId: string, seq: number, text: string | null, event: string): Promise<void> {
    await database.transaction(async (tx) => {
      await rows(tx, 'UPDATE messages SET text = $3 WHERE chat_id = $1 AND seq = $2', [chatId, seq, text]);
      await tell(tx, event, chatId, seq);
    });
  }

  /** The agent takes the chat, whoever has it, and closes it. */
  async function isDoneBy(agentId: string, chatId: string): Promise<void> {
    await database.transaction(async (tx) => {
      await rows(tx, `UPDATE chats SET status = 'closed', agent_id = $2, closed_at = now() WHERE id = $1`, [
        chatId,
        agentId,
      ]);
      await rows(
        tx,
        `INSERT INTO events (type, at, chat_id, audience, data) VALUES ('chat.accepted', now(), $1, '{}', '{}')`,
        [chatId],
      );
    });
  }

  /** What the index holds of a chat: the words of each message by its number. */
  async function wordsIn(chatId: string): Promise<Record<number, string>> {
    const found = await database.rows<{ seq: number; words: string }>(
      `SELECT seq, array_to_string(tsvector_to_array(words), ' ') AS words FROM search_messages WHERE chat_id = $1`,
      [chatId],
    );
    return Object.fromEntries(found.map(({ seq, words }) => [seq, words]));
  }

  const builders = { aQueue, aChannel, anAgent, aContact, aChat, says, sayIn, changes, isDoneBy, wordsIn, indexed };
  return { ...storage, queue, indexer, texts: new SearchText(index), ...builders };
}

export type SearchHouse = Awaited<ReturnType<typeof openSearchHouse>>;
