import { Injectable } from '@nestjs/common';
import { Database, deleteInPieces, row, rows, type Tx } from '#database';
import type { DeliveryDto } from './delivery.dto.js';

const VIEW = `id, event_id AS "eventId", type, state, attempts, created_at AS "createdAt", attempted_at AS "attemptedAt",
  status, error, CASE WHEN state = 'pending' THEN due_at END AS "nextAttemptAt"`;

export interface NewDelivery {
  readonly id: string;
  readonly endpointId: string;
  /** The log's number of the event; a test has none. */
  readonly eventNumber: string | null;
  readonly eventId: string;
  readonly type: string;
  readonly body: string;
}

/** A delivery in hand, with what its endpoint needs. Secrets are sealed. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly body: string;
  readonly attempts: number;
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
}

/** What became of an attempt. `retryInMs`: another one follows; else the delivery is over. */
export interface Attempt {
  readonly status: number | null;
  readonly error: string | null;
  readonly delivered: boolean;
  readonly retryInMs?: number;
}

/** Why nothing is delivered any more: it answered 410, or failed for days. */
export type DisabledReason = 'gone' | 'failing';

@Injectable()
export class DeliveryRepository {
  constructor(private readonly database: Database) {}

  /** Known ones stay as they are, unless they shall be delivered `again`. */
  async insert(tx: Tx, deliveries: readonly NewDelivery[], again = false): Promise<void> {
    if (deliveries.length === 0) return;
    await rows(
      tx,
      `INSERT INTO webhook_deliveries AS d (id, endpoint_id, event_number, event_id, type, body)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[])
       ON CONFLICT (endpoint_id, event_number) ${again ? `DO UPDATE SET ${AGAIN} WHERE d.state <> 'pending'` : 'DO NOTHING'}`,
      [
        deliveries.map(({ id }) => id),
        deliveries.map(({ endpointId }) => endpointId),
        deliveries.map(({ eventNumber }) => eventNumber),
        deliveries.map(({ eventId }) => eventId),
        deliveries.map(({ type }) => type),
        deliveries.map(({ body }) => body),
      ],
    );
  }

  /**
   * Takes due deliveries, at most so many of one endpoint; each counts as lost after `leaseMs`, by the database's clock.
   * `full` endpoints are passed over.
   */
  claim(perEndpoint: number, leaseMs: number, full: readonly string[]): Promise<ClaimedDelivery[]> {
    return this.database.rows<ClaimedDelivery>(
      `WITH due AS (
         SELECT d.id FROM webhook_endpoints e CROSS JOIN LATERAL (
           SELECT id FROM webhook_deliveries
           WHERE endpoint_id = e.id AND state = 'pending' AND due_at <= clock_timestamp()
           ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS d
         WHERE e.active AND e.id <> ALL ($3::uuid[]))
       UPDATE webhook_deliveries d SET attempts = d.attempts + 1, attempted_at = clock_timestamp(),
         due_at = clock_timestamp() + $2 * interval '1 millisecond'
       FROM due, webhook_endpoints e WHERE d.id = due.id AND e.id = d.endpoint_id
       RETURNING d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.body, d.attempts, e.url, e.secret,
         CASE WHEN e.previous_until > now() THEN e.previous_secret END AS "previousSecret"`,
      [perEndpoint, leaseMs, full],
    );
  }

  /** False when the attempt was taken for lost, and another one began. */
  async settle(
    tx: Tx,
    id: string,
    attempts: number,
    { delivered, status, error, retryInMs }: Attempt,
  ): Promise<boolean> {
    const state = delivered ? 'delivered' : retryInMs === undefined ? 'failed' : 'pending';
    const settled = await row(
      tx,
      `UPDATE webhook_deliveries SET state = $3, status = $4, error = $5,
         due_at = clock_timestamp() + $6 * interval '1 millisecond'
       WHERE id = $1 AND attempts = $2 AND state = 'pending' RETURNING id`,
      [id, attempts, state, status, error, retryInMs ?? 0],
    );
    return settled !== undefined;
  }

  /** Notes that an endpoint answered well or did not; answers since when it has not. */
  async noteHealth(tx: Tx, endpointId: string, isWell: boolean): Promise<Date | undefined> {
    const changed = await row<{ failingSince: Date | null }>(
      tx,
      `UPDATE webhook_endpoints SET failing_since = CASE WHEN $2 THEN NULL ELSE coalesce(failing_since, now()) END
       WHERE id = $1 AND (NOT $2 OR failing_since IS NOT NULL) RETURNING failing_since AS "failingSince"`,
      [endpointId, isWell],
    );
    return changed?.failingSince ?? undefined;
  }

  /** The address, where this was the one to disable it. */
  async disable(tx: Tx, endpointId: string, reason: DisabledReason): Promise<string | undefined> {
    const disabled = await row<{ url: string }>(
      tx,
      'UPDATE webhook_endpoints SET active = false, disabled_reason = $2 WHERE id = $1 AND active RETURNING url',
      [endpointId, reason],
    );
    return disabled?.url;
  }

  /** Newest first. */
  list(endpointId: string, before: string | undefined, limit: number, state?: string): Promise<DeliveryDto[]> {
    return this.database.rows<DeliveryDto>(
      `SELECT ${VIEW} FROM webhook_deliveries
       WHERE endpoint_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::text IS NULL OR state = $3)
       ORDER BY id DESC LIMIT $4`,
      [endpointId, before ?? null, state ?? null, limit],
    );
  }

  get(tx: Tx, endpointId: string, id: string): Promise<DeliveryDto | undefined> {
    return row<DeliveryDto>(tx, `SELECT ${VIEW} FROM webhook_deliveries WHERE endpoint_id = $1 AND id = $2`, [
      endpointId,
      id,
    ]);
  }

  /** One that waits or is under way stays as it is. */
  async again(tx: Tx, endpointId: string, id: string): Promise<void> {
    await row(tx, `UPDATE webhook_deliveries SET ${AGAIN} WHERE endpoint_id = $1 AND id = $2 AND state <> 'pending'`, [
      endpointId,
      id,
    ]);
  }

  /** What is over, and when endpoints were active before that. */
  async forget(days: number): Promise<void> {
    const over = `state <> 'pending' AND created_at < now() - $1 * interval '1 day'`;
    await deleteInPieces(this.database, 'webhook_deliveries', over, [days]);
    await this.database.rows(`DELETE FROM webhook_activity WHERE ended_at < now() - $1 * interval '1 day'`, [days]);
  }
}

/** From the first rung of the ladder. */
const AGAIN = `state = 'pending', attempts = 0, due_at = clock_timestamp()`;
