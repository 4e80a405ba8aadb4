import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';
import type { MessageContent } from '#messenger-kit';
import { BLOCKED } from '../chat/chat.repository.js';
import type { AnswerableChat, QueuedMessage } from './outgoing-message.js';

/** `bot`: a program; without an id where it is the queue. */
export interface Author {
  readonly kind: 'agent' | 'bot';
  readonly id: string | null;
}

/** What an answer leaves behind on its chat. */
interface Bump {
  readonly messages: number;
  readonly preview: string;
  readonly human: boolean;
  readonly at: Date;
}

const LOCK = {
  name: 'outgoing-lock',
  text: `
    SELECT c.id, c.channel_id AS "channelId", ch.messenger, c.identity_id AS "identityId",
      c.queue_id AS "queueId", c.status,
      c.agent_id AS "agentId", holder.name AS "agentName", c.last_seq AS "lastSeq", c.last_inbound_at AS "lastInboundAt",
      ${BLOCKED} AS blocked,
      (c.status = 'waiting' AND EXISTS (
        SELECT FROM queue_agents q WHERE q.queue_id = c.queue_id AND q.user_id = $2))
      OR EXISTS (SELECT FROM chat_ownerships o WHERE o.chat_id = c.id AND o.agent_id = $2) AS visible
    FROM chats c JOIN channels ch ON ch.id = c.channel_id LEFT JOIN users holder ON holder.id = c.agent_id
    LEFT JOIN channel_identities b ON b.identity_id = c.identity_id AND b.channel_id = c.channel_id
    WHERE c.id = $1 FOR UPDATE OF c`,
};

const INSERT = {
  name: 'outgoing-insert',
  text: `
    INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, author_id, text, content, status,
      sent_at, received_at)
    SELECT m.id, $1, $2, m.seq, 'outbound', $3, $4, m.text, m.content::jsonb, 'queued', $9, least($9, clock_timestamp())
    FROM unnest($5::uuid[], $6::int[], $7::text[], $8::text[]) AS m (id, seq, text, content)`,
};

const BUMP = {
  name: 'outgoing-bump',
  text: `
    UPDATE chats SET last_seq = last_seq + $2, outbound_count = outbound_count + $2, last_message_preview = $3,
      last_message_direction = 'outbound', last_message_at = greatest(last_message_at, $4),
      last_outbound_at = greatest(last_outbound_at, $4),
      first_human_reply_at = coalesce(first_human_reply_at, CASE WHEN $5 THEN $4::timestamptz END)
    WHERE id = $1`,
};

@Injectable()
export class OutgoingRepository {
  /** `userId`: who must see it to answer; null where nobody answers. */
  lockForAnswer(tx: Tx, chatId: string, userId: string | null): Promise<AnswerableChat | undefined> {
    return row<AnswerableChat>(tx, LOCK, [chatId, userId]);
  }

  /** That it waits is counted by the database's clock: a server that is ahead of it makes nothing younger. */
  async insert(tx: Tx, chat: AnswerableChat, messages: readonly QueuedMessage[], author: Author): Promise<void> {
    await rows(tx, INSERT, [
      chat.id,
      chat.channelId,
      author.kind,
      author.id,
      messages.map((m) => m.id),
      messages.map((m) => m.seq),
      messages.map((m) => m.content.text ?? null),
      messages.map((m) => withoutText(m.content)),
      messages[0]!.queuedAt.toISOString(),
    ]);
  }

  /** `messages`: how many were added. A program's answer is no human reply. */
  async bump(tx: Tx, chatId: string, { messages, preview, human, at }: Bump): Promise<void> {
    await rows(tx, BUMP, [chatId, messages, preview, at.toISOString(), human]);
  }

  async externalIdOf(tx: Tx, chatId: string, messageId: string): Promise<string | null | undefined> {
    const found = await row<{ externalId: string | null }>(
      tx,
      'SELECT external_id AS "externalId" FROM messages WHERE id = $2 AND chat_id = $1',
      [chatId, messageId],
    );
    return found?.externalId;
  }
}

function withoutText(content: MessageContent): string | null {
  const { text: _text, ...rest } = content;
  return Object.keys(rest).length > 0 ? JSON.stringify(rest) : null;
}
