import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '#database';
import { columnsOf } from '../message/content-columns.js';
import type { MessageKey } from './change.repository.js';
import type { MessageState, StoredContent } from './message-state.js';

/** All of a message that can change. */
type Changeable = Omit<MessageState, 'chatId' | 'seq' | 'direction' | 'attempts' | 'triedAt'>;

/** A message that came to be elsewhere, or a line of the house. */
export type AddedMessage = Changeable &
  Pick<MessageState, 'chatId' | 'seq' | 'direction'> & { readonly channelId: string };

export interface LatestMessage {
  readonly chatId: string;
  readonly direction: string;
  readonly text: string | null;
  readonly content: StoredContent | null;
  readonly deletedAt: Date | null;
  readonly sentAt: Date;
}

const UPDATE = {
  name: 'changes-update',
  text: `
    UPDATE messages m SET text = w.text, content = w.content::jsonb, external_id = w.external_id, status = w.status,
      failure = w.failure::jsonb, sent_at = w.sent_at, edited_at = w.edited_at, deleted_at = w.deleted_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::timestamptz[], $9::timestamptz[])
      AS w (id, text, content, external_id, status, failure, sent_at, edited_at, deleted_at)
    WHERE m.id = w.id AND m.id = ANY ($1::uuid[])`,
};

const INSERT = {
  name: 'changes-insert',
  text: `
    INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, external_id, text, content, status,
      failure, sent_at, received_at, edited_at, deleted_at)
    SELECT m.id, m.chat_id, m.channel_id, m.seq, m.direction,
      CASE m.direction WHEN 'system' THEN 'system' ELSE 'channel' END, m.external_id, m.text, m.content::jsonb, m.status,
      m.failure::jsonb, m.sent_at, $14, m.edited_at, m.deleted_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $8::timestamptz[], $9::timestamptz[], $10::uuid[], $11::uuid[], $12::int[], $13::text[])
      AS m (id, text, content, external_id, status, failure, sent_at, edited_at, deleted_at, chat_id, channel_id, seq,
        direction)`,
};

const ADD_IDS = {
  name: 'changes-add-ids',
  text: `
    INSERT INTO message_external_ids (channel_id, external_id, message_id)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]) ON CONFLICT DO NOTHING`,
};

const NUMBER = {
  name: 'changes-number',
  text: `
    UPDATE chats c SET last_seq = w.last_seq, last_outbound_at = greatest(c.last_outbound_at, w.outbound_at)
    FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS w (id, last_seq, outbound_at)
    WHERE c.id = w.id AND c.id = ANY ($1::uuid[])`,
};

/** No copies that gave their id up to the message they were a copy of: nobody ever said those. */
const WAS_SAID = `m.direction <> 'system' AND (m.author_kind <> 'channel' OR m.external_id IS NOT NULL)`;

/** How far back the newest message by the messenger's clock is looked for. */
const LOOK_BACK = 30;

const LATEST = {
  name: 'changes-latest',
  text: `
    SELECT c.id AS "chatId", m.direction, m.text, m.content, m.deleted_at AS "deletedAt", m.sent_at AS "sentAt"
    FROM unnest($1::uuid[]) AS c (id)
    CROSS JOIN LATERAL (
      SELECT r.* FROM (
        SELECT m.* FROM messages m WHERE m.chat_id = c.id AND ${WAS_SAID} ORDER BY m.seq DESC LIMIT ${LOOK_BACK}
      ) AS r
      ORDER BY r.sent_at DESC, r.seq DESC LIMIT 1
    ) AS m`,
};

const PREVIEW = {
  name: 'changes-preview',
  text: `
    UPDATE chats c SET last_message_preview = w.preview, last_message_direction = w.direction,
      last_message_at = w.sent_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS w (id, preview, direction, sent_at)
    WHERE c.id = w.id AND c.id = ANY ($1::uuid[])
      AND (c.last_message_preview, c.last_message_direction, c.last_message_at)
        IS DISTINCT FROM (w.preview, w.direction, w.sent_at)`,
};

/** What changes leave behind in chats and messages: one statement each for a whole batch. */
@Injectable()
export class ChangeWritesRepository {
  async update(tx: Tx, messages: readonly Changeable[]): Promise<void> {
    if (messages.length > 0) await rows(tx, UPDATE, valuesOf(messages));
  }

  async insert(tx: Tx, messages: readonly AddedMessage[], at: Date): Promise<void> {
    if (messages.length === 0) return;
    await rows(tx, INSERT, [
      ...valuesOf(messages),
      messages.map((m) => m.chatId),
      messages.map((m) => m.channelId),
      messages.map((m) => m.seq),
      messages.map((m) => m.direction),
      at.toISOString(),
    ]);
  }

  /** Further ids of messages that the network made several of; the first one stands on the message. */
  async addIds(tx: Tx, ids: readonly (MessageKey & { messageId: string })[]): Promise<void> {
    if (ids.length === 0) return;
    await rows(tx, ADD_IDS, [ids.map((i) => i.channelId), ids.map((i) => i.externalId), ids.map((i) => i.messageId)]);
  }

  /** `outboundAt`: when the newest of the messages that were added left, if any left. */
  async number(
    tx: Tx,
    chats: readonly { readonly id: string; readonly lastSeq: number; readonly outboundAt: Date | null }[],
  ): Promise<void> {
    if (chats.length === 0) return;
    const outboundAt = chats.map((c) => c.outboundAt?.toISOString() ?? null);
    await rows(tx, NUMBER, [chats.map((c) => c.id), chats.map((c) => c.lastSeq), outboundAt]);
  }

  /** The newest message of each chat by the messenger's clock, among its last ones; system lines do not count. */
  async latest(tx: Tx, chatIds: readonly string[]): Promise<LatestMessage[]> {
    return chatIds.length === 0 ? [] : rows<LatestMessage>(tx, LATEST, [chatIds]);
  }

  async preview(
    tx: Tx,
    previews: readonly { chatId: string; preview: string; direction: string; sentAt: Date }[],
  ): Promise<void> {
    if (previews.length === 0) return;
    await rows(tx, PREVIEW, [
      previews.map((p) => p.chatId),
      previews.map((p) => p.preview),
      previews.map((p) => p.direction),
      previews.map((p) => p.sentAt.toISOString()),
    ]);
  }
}

function valuesOf(messages: readonly Changeable[]): unknown[] {
  const columns = messages.map((m) => columnsOf(m.content));
  return [
    messages.map((m) => m.id),
    columns.map((c) => c.text),
    columns.map((c) => c.content),
    messages.map((m) => m.externalId),
    messages.map((m) => m.status),
    messages.map((m) => (m.failure ? JSON.stringify(m.failure) : null)),
    messages.map((m) => m.sentAt.toISOString()),
    messages.map((m) => m.editedAt?.toISOString() ?? null),
    messages.map((m) => m.deletedAt?.toISOString() ?? null),
  ];
}
