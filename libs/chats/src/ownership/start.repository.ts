import { Injectable } from '@nestjs/common';
import { row, type Tx } from '#database';
import type { Place } from '../intake/intake.repository.js';

/** A person as a messenger knows them. */
export interface Person {
  readonly messenger: string;
  readonly scope: string;
}

/** A channel somebody wants to write through. */
export interface StartingChannel {
  readonly messenger: string;
  readonly source: string;
  readonly queueId: string;
  readonly active: boolean;
}

export interface NewChat extends Place {
  readonly id: string;
  readonly queueId: string;
  readonly agentId: string;
  readonly at: Date;
}

/** Chats that begin with a word of ours. */
@Injectable()
export class StartRepository {
  /** Nothing for those that are erased; whoever is found is not erased until the end of the transaction. */
  person(tx: Tx, identityId: string): Promise<Person | undefined> {
    return row<Person>(
      tx,
      'SELECT messenger, scope FROM identities WHERE id = $1 AND erased_at IS NULL FOR KEY SHARE',
      [identityId],
    );
  }

  /** One that nobody changes or deletes until the end of the transaction. */
  channel(tx: Tx, channelId: string): Promise<StartingChannel | undefined> {
    return row<StartingChannel>(
      tx,
      `SELECT messenger, source, queue_id AS "queueId", active FROM channels
       WHERE id = $1 AND deleted_at IS NULL AND health <> 'connecting' FOR SHARE`,
      [channelId],
    );
  }

  /**
   * False where the person has an open chat on the channel. What the messenger allows goes by when the person wrote last,
   * in whichever chat that was.
   */
  async add(tx: Tx, { id, channelId, identityId, queueId, agentId, at }: NewChat): Promise<boolean> {
    const added = await row(
      tx,
      `INSERT INTO chats (id, channel_id, identity_id, queue_id, status, agent_id, opened_at, accepted_at,
         first_accepted_at, previous_chat_id, last_inbound_at)
       SELECT $1, $2, $3, $4, 'in_progress', $5, $6::timestamptz, $6::timestamptz, $6::timestamptz,
         (array_agg(p.id ORDER BY p.opened_at DESC))[1], max(p.last_inbound_at)
       FROM chats p WHERE p.identity_id = $3 AND p.channel_id = $2 AND p.status = 'closed'
       ON CONFLICT (identity_id, channel_id) WHERE status <> 'closed' DO NOTHING RETURNING id`,
      [id, channelId, identityId, queueId, agentId, at.toISOString()],
    );
    return added !== undefined;
  }

  async openAt(tx: Tx, { channelId, identityId }: Place): Promise<string | undefined> {
    const open = await row<{ id: string }>(
      tx,
      `SELECT id FROM chats WHERE channel_id = $1 AND identity_id = $2 AND status <> 'closed'`,
      [channelId, identityId],
    );
    return open?.id;
  }
}
