import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';
import type { MessageState, UpTo } from './message-state.js';
import { stateOf, type StateRow } from './state-row.js';

/** A message by the messenger's id. */
export interface MessageKey {
  readonly channelId: string;
  readonly externalId: string;
}

/** Somebody outside, as a channel knows them. */
export interface Person {
  readonly channelId: string;
  readonly messenger: string;
  readonly scope: string;
  readonly externalId: string;
}

/** That a message is ours, as the messenger gives it back. */
export interface OwnClaim {
  readonly id: string;
  readonly channelId: string;
  readonly person?: Pick<Person, 'scope' | 'externalId'>;
}

/** A message that was found, by its place among those asked for. */
export interface Found {
  readonly place: number;
  readonly messageId: string;
  readonly chatId: string;
}

/** A message by its own id, and where it is. */
export interface Placed {
  readonly messageId: string;
  readonly chatId: string;
  readonly channelId: string;
  /** When it was looked for, by the database's clock. */
  readonly at: Date;
}

export interface FoundPerson {
  readonly place: number;
  readonly identityId: string;
  /** Their open chat on the channel, else their last one; null where they have none. */
  readonly chatId: string | null;
  /** Their chats with messages whose receipts are awaited. */
  readonly awaited: readonly string[];
}

/** A chat whose row this transaction holds. `lastSeq` is advanced in memory and written back. */
export interface HeldChat {
  readonly id: string;
  readonly channelId: string;
  readonly messenger: string;
  readonly identityId: string;
  readonly queueId: string;
  readonly agentId: string | null;
  readonly open: boolean;
  lastSeq: number;
}

const FIND = {
  name: 'changes-find',
  text: `
    SELECT (w.place - 1)::int AS place, m.id AS "messageId", m.chat_id AS "chatId"
    FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS w (channel_id, external_id, place)
    CROSS JOIN LATERAL (
      SELECT m.id, m.chat_id FROM messages m WHERE m.channel_id = w.channel_id AND m.external_id = w.external_id
      UNION ALL
      SELECT m.id, m.chat_id FROM message_external_ids x JOIN messages m ON m.id = x.message_id
      WHERE x.channel_id = w.channel_id AND x.external_id = w.external_id
      LIMIT 1
    ) AS m`,
};

/** Only what was said on this channel, to this person where one is named, can come back from there. */
const FIND_OWN = {
  name: 'changes-find-own',
  text: `
    SELECT (w.place - 1)::int AS place, m.id AS "messageId", m.chat_id AS "chatId"
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY
      AS w (id, channel_id, scope, external_id, place)
    CROSS JOIN LATERAL (
      SELECT m.id, m.chat_id FROM messages m
      JOIN chats c ON c.id = m.chat_id
      JOIN identities i ON i.id = c.identity_id
        AND (w.external_id IS NULL OR (i.scope = w.scope AND i.external_id = w.external_id))
      WHERE m.id = w.id AND m.channel_id = w.channel_id AND m.direction = 'outbound'
        AND (m.status <> 'queued' OR m.attempts > 0)
      OFFSET 0
    ) AS m`,
};

const FIND_PEOPLE = {
  name: 'changes-find-people',
  text: `
    SELECT (w.place - 1)::int AS place, i.id AS "identityId",
      coalesce(
        (SELECT c.id FROM chats c
         WHERE c.identity_id = i.id AND c.channel_id = w.channel_id AND c.status <> 'closed'),
        (SELECT c.id FROM chats c
         WHERE c.identity_id = i.id AND c.channel_id = w.channel_id ORDER BY c.opened_at DESC LIMIT 1)
      ) AS "chatId",
      array(SELECT a.chat_id FROM awaited_receipts a WHERE a.identity_id = i.id AND a.channel_id = w.channel_id) AS awaited
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
      AS w (channel_id, messenger, scope, external_id, place)
    CROSS JOIN LATERAL (
      SELECT i.id FROM identities i
      WHERE i.messenger = w.messenger AND i.scope = w.scope AND i.external_id = w.external_id OFFSET 0
    ) AS i`,
};

const LOCK_CHATS = {
  name: 'changes-lock-chats',
  text: `
    SELECT c.id, c.channel_id AS "channelId",
      (SELECT ch.messenger FROM channels ch WHERE ch.id = c.channel_id) AS messenger, c.identity_id AS "identityId",
      c.queue_id AS "queueId", c.agent_id AS "agentId", c.status <> 'closed' AS open, c.last_seq AS "lastSeq"
    FROM chats c WHERE c.id = ANY ($1::uuid[]) ORDER BY c.id FOR NO KEY UPDATE OF c`,
};

const LOAD = {
  name: 'changes-load',
  text: `
    SELECT m.id, m.chat_id, m.seq, m.direction, m.external_id, m.text, m.content, m.status, m.failure, m.attempts,
      m.sent_at, m.tried_at, m.edited_at, m.deleted_at
    FROM messages m WHERE m.id = ANY ($1::uuid[]) ORDER BY m.id FOR UPDATE OF m`,
};

const UP_TO = {
  name: 'changes-up-to',
  text: `
    SELECT w.id AS "chatId", p.delivered_up_to AS "deliveredUpTo", p.read_up_to AS "readUpTo"
    FROM unnest($1::uuid[]) AS w (id)
    CROSS JOIN LATERAL (SELECT * FROM chats c WHERE c.id = w.id OFFSET 0) AS c
    CROSS JOIN LATERAL (
      SELECT * FROM channel_identities p WHERE p.identity_id = c.identity_id AND p.channel_id = c.channel_id OFFSET 0
    ) AS p`,
};

const SENDING = {
  name: 'changes-sending',
  text: `
    SELECT DISTINCT m.chat_id AS "chatId" FROM messages m
    WHERE m.chat_id = ANY ($1::uuid[]) AND m.status IN ('queued', 'sending') AND m.status = 'sending'`,
};

/** Among a chat's latest messages: what is older nobody waits for any more. */
const UNCONFIRMED = {
  name: 'changes-unconfirmed',
  text: `
    SELECT m.id AS "messageId" FROM unnest($1::uuid[], $2::int[]) AS w (chat_id, last_seq)
    JOIN messages m ON m.chat_id = w.chat_id AND m.seq > w.last_seq - 50
    WHERE m.status = 'unconfirmed' AND m.external_id IS NULL`,
};

const PLACE = {
  name: 'changes-place',
  text: `
    SELECT id AS "messageId", chat_id AS "chatId", channel_id AS "channelId", clock_timestamp() AS at
    FROM messages WHERE id = $1`,
};

/** Finding, locking and loading what changes are about: one statement each for a whole batch. */
@Injectable()
export class ChangeRepository {
  async find(tx: Tx, keys: readonly MessageKey[]): Promise<Found[]> {
    if (keys.length === 0) return [];
    return rows<Found>(tx, FIND, [keys.map((k) => k.channelId), keys.map((k) => k.externalId)]);
  }

  /** `id` is what the messenger gave back as ours: found only if it was sent by this channel, and to the person where one is named. */
  async findOwn(tx: Tx, wanted: readonly OwnClaim[]): Promise<Found[]> {
    if (wanted.length === 0) return [];
    return rows<Found>(tx, FIND_OWN, [
      wanted.map((w) => w.id),
      wanted.map((w) => w.channelId),
      wanted.map((w) => w.person?.scope ?? null),
      wanted.map((w) => w.person?.externalId ?? null),
    ]);
  }

  async findPeople(tx: Tx, people: readonly Person[]): Promise<FoundPerson[]> {
    if (people.length === 0) return [];
    return rows<FoundPerson>(tx, FIND_PEOPLE, [
      people.map((p) => p.channelId),
      people.map((p) => p.messenger),
      people.map((p) => p.scope),
      people.map((p) => p.externalId),
    ]);
  }

  place(tx: Tx, messageId: string): Promise<Placed | undefined> {
    return row<Placed>(tx, PLACE, [messageId]);
  }

  /** In id order, like every lock on chats, and before any lock on messages. */
  async lockChats(tx: Tx, ids: readonly string[]): Promise<HeldChat[]> {
    return ids.length === 0 ? [] : rows<HeldChat>(tx, LOCK_CHATS, [ids]);
  }

  async load(tx: Tx, ids: readonly string[]): Promise<MessageState[]> {
    if (ids.length === 0) return [];
    return (await rows<StateRow>(tx, LOAD, [ids])).map(stateOf);
  }

  /** How far the people of these chats have what was sent to them. */
  async upTo(tx: Tx, chatIds: readonly string[]): Promise<(UpTo & { readonly chatId: string })[]> {
    return chatIds.length === 0 ? [] : rows(tx, UP_TO, [chatIds]);
  }

  /** The messages of unknown fate in these chats. */
  async unconfirmed(
    tx: Tx,
    chats: readonly Pick<HeldChat, 'id' | 'lastSeq'>[],
  ): Promise<{ readonly messageId: string }[]> {
    if (chats.length === 0) return [];
    const values = [chats.map(({ id }) => id), chats.map(({ lastSeq }) => lastSeq)];
    return rows<{ messageId: string }>(tx, UNCONFIRMED, values);
  }

  /** Which of the chats have a message whose sending is under way. */
  async sending(tx: Tx, chatIds: readonly string[]): Promise<string[]> {
    if (chatIds.length === 0) return [];
    return (await rows<{ chatId: string }>(tx, SENDING, [chatIds])).map(({ chatId }) => chatId);
  }
}
