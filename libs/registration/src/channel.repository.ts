import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, LessThan, type Repository } from 'typeorm';
import { Database, ReceivingDatabase, row, rows, sqlState, type Tx } from '#database';
import { Channel, type ChannelHealth } from './channel.entity.js';

/** A channel as the receiving path sees it. */
export interface ChannelForEvents {
  readonly id: string;
  readonly messenger: string;
  readonly source: string;
  readonly queueId: string;
  /** Whether its events are taken: it is active, or just being connected. */
  readonly active: boolean;
  /** Whether those who write for the first time stay guests. */
  readonly keepsGuests: boolean;
}

/** A channel whose messenger is asked for events. */
export interface PolledChannel {
  readonly id: string;
  readonly messenger: string;
}

export type NewChannel = Pick<
  Channel,
  'id' | 'messenger' | 'source' | 'name' | 'queueId' | 'webhookKey' | 'secrets'
> & {
  readonly language: string | undefined;
};

export type ChannelChanges = Partial<
  Pick<
    Channel,
    | 'name'
    | 'queueId'
    | 'language'
    | 'active'
    | 'health'
    | 'healthDetail'
    | 'delivery'
    | 'secrets'
    | 'keepsGuests'
    | 'replacedUsedAt'
    | 'pictureId'
    | 'pictureVersion'
  >
>;

const ROW = `id, messenger, source, name, queue_id AS "queueId", language, active, health,
  health_detail AS "healthDetail", delivery, keeps_guests AS "keepsGuests", webhook_key AS "webhookKey", secrets,
  rotated_at AS "rotatedAt", replaced_until AS "replacedUntil", replaced_used_at AS "replacedUsedAt", picture_id AS "pictureId",
  picture_version AS "pictureVersion", created_at AS "createdAt",
  updated_at AS "updatedAt"`;

const UNFINISHED = 'Connecting it was not finished. Register the account again.';

const RECEIVING = {
  name: 'registration-receiving',
  text: `
    SELECT c.id, c.messenger, c.source, c.queue_id AS "queueId", c.active OR c.health = 'connecting' AS active,
      c.keeps_guests AS "keepsGuests"
    FROM unnest($1::text[], $2::text[]) AS wanted (messenger, source)
    JOIN channels c ON c.messenger = wanted.messenger AND c.source = wanted.source
      AND c.deleted_at IS NULL`,
};

@Injectable()
export class ChannelRepository {
  constructor(
    @InjectRepository(Channel) private readonly channels: Repository<Channel>,
    private readonly receivingDatabase: ReceivingDatabase,
    private readonly database: Database,
  ) {}

  get(id: string): Promise<Channel | null> {
    return this.channels.findOneBy({ id, deletedAt: IsNull() });
  }

  bySource(messenger: string, source: string): Promise<Channel | null> {
    return this.channels.findOneBy({ messenger, source, deletedAt: IsNull() });
  }

  /** Those of the accounts that are channels of ours. */
  bySources(messenger: string, sources: readonly string[]): Promise<Channel[]> {
    return this.channels.findBy({ messenger, source: In([...sources]), deletedAt: IsNull() });
  }

  /** Newest first: ids grow with time. */
  page(before: string | undefined, limit: number): Promise<Channel[]> {
    const where = { deletedAt: IsNull(), ...(before !== undefined && { id: LessThan(before) }) };
    return this.channels.find({ where, order: { id: 'DESC' }, take: limit });
  }

  /** On the receiving path's own connections. */
  byWebhookKey(messenger: string, key: string): Promise<Channel | undefined> {
    return this.receivingDatabase.row(`SELECT ${ROW} FROM channels WHERE webhook_key = $2 AND messenger = $1`, [
      messenger,
      key,
    ]);
  }

  /** Those of the accounts that are channels of ours, over the receiving path's own connections. */
  receiving(accounts: readonly { messenger: string; source: string }[]): Promise<ChannelForEvents[]> {
    const values = [accounts.map(({ messenger }) => messenger), accounts.map(({ source }) => source)];
    return this.receivingDatabase.rows(RECEIVING, values);
  }

  /** Adds a channel that is still `connecting`; undefined when its account is registered already. */
  addOnce(channel: NewChannel): Promise<Channel | undefined> {
    const { id, messenger, source, name, queueId, language, webhookKey, secrets } = channel;
    return this.database.row(
      `INSERT INTO channels (id, messenger, source, name, queue_id, language, active, health, health_detail,
         webhook_key, secrets)
       VALUES ($1, $2, $3, $4, $5, coalesce($6, 'en'), false, 'connecting', $9, $7, $8)
       ON CONFLICT (messenger, source) WHERE deleted_at IS NULL DO NOTHING
       RETURNING ${ROW}`,
      [id, messenger, source, name, queueId, language ?? null, webhookKey, JSON.stringify(secrets), UNFINISHED],
    );
  }

  /** Active channels whose messenger is asked for events, unless it would refuse. */
  polled(): Promise<PolledChannel[]> {
    return this.database.rows(
      `SELECT id, messenger FROM channels
       WHERE delivery = 'polling' AND active AND health NOT IN ('connecting', 'needs_reauthorization')`,
    );
  }

  /** The row is locked until the transaction ends. */
  lock(tx: Tx, id: string): Promise<Channel | undefined> {
    return row(tx, `SELECT ${ROW} FROM channels WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`, [id]);
  }

  async change(tx: Tx, id: string, changes: ChannelChanges): Promise<Channel> {
    await tx.getRepository(Channel).update({ id }, changes);
    return tx.getRepository(Channel).findOneByOrFail({ id });
  }

  /** Seals the new webhook secret in place of the old one, which is good for so many hours more. */
  async rotate(tx: Tx, id: string, secrets: Channel['secrets'], hours: number): Promise<Channel> {
    await rows(
      tx,
      `UPDATE channels SET secrets = $2, rotated_at = now(), replaced_until = now() + make_interval(hours => $3),
         replaced_used_at = NULL, updated_at = now()
       WHERE id = $1`,
      [id, JSON.stringify(secrets), hours],
    );
    return tx.getRepository(Channel).findOneByOrFail({ id });
  }

  /** Drops webhook secrets that prove nothing any more. */
  async forgetReplaced(): Promise<void> {
    await this.database.rows(
      `UPDATE channels SET secrets = secrets - 'previousWebhookSecret'
       WHERE replaced_until <= now() AND secrets ? 'previousWebhookSecret'`,
    );
  }

  /** A call came under the webhook secret before. */
  async noteReplacedUse(id: string): Promise<void> {
    await this.database.rows('UPDATE channels SET replaced_used_at = now() WHERE id = $1', [id]);
  }

  /** Gone for everybody but its chats: no credentials, no address, no hold on its queue, and its account is free. */
  async bury(tx: Tx, id: string): Promise<void> {
    await rows(
      tx,
      `UPDATE channels SET deleted_at = now(), active = false, secrets = '{}', webhook_key = NULL, health_detail = NULL,
         queue_live = NULL, picture_id = NULL, picture_version = NULL
       WHERE id = $1`,
      [id],
    );
  }

  /** Removes a channel that never got connected; whether it did. One that took a chat meanwhile stays, as `connecting`. */
  async abandon(id: string): Promise<boolean> {
    const unfinished: ChannelHealth = 'connecting';
    try {
      return ((await this.channels.delete({ id, health: unfinished })).affected ?? 0) > 0;
    } catch (error) {
      if (sqlState(error) !== '23503') throw error;
      return false;
    }
  }
}
