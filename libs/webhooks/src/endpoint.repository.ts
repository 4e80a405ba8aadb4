import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { Place } from '#events';
import type { EndpointDto } from './endpoint.dto.js';

const VIEW = `id, url, description, types, active, disabled_reason AS "disabledReason",
  failing_since AS "failingSince", created_at AS "createdAt",
  CASE WHEN previous_until > now() THEN previous_until END AS "previousSecretUntil"`;

export interface Subscriber {
  readonly id: string;
  readonly types: readonly string[];
  /** Numbers of the events that happened while it was active. */
  readonly heard: ReadonlySet<string>;
}

/** SQL: whether an event `l` belongs to a time `a` of activity. */
const HEARD = `(l.id > a.began_behind OR NOT pg_visible_in_snapshot(l.txid, a.began))
  AND (a.ended IS NULL OR (l.id <= a.ended_behind AND pg_visible_in_snapshot(l.txid, a.ended)))`;

@Injectable()
export class EndpointRepository {
  constructor(private readonly database: Database) {}

  list(after: string | undefined, limit: number): Promise<EndpointDto[]> {
    return this.database.rows<EndpointDto>(
      `SELECT ${VIEW} FROM webhook_endpoints WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`,
      [after ?? null, limit],
    );
  }

  get(id: string, tx?: Tx): Promise<EndpointDto | undefined> {
    const text = `SELECT ${VIEW} FROM webhook_endpoints WHERE id = $1`;
    return tx ? row<EndpointDto>(tx, text, [id]) : this.database.row<EndpointDto>(text, [id]);
  }

  /** Locks it, so that two changes follow each other. */
  lock(tx: Tx, id: string): Promise<EndpointDto | undefined> {
    return row<EndpointDto>(tx, `SELECT ${VIEW} FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE`, [id]);
  }

  /** Whether events may have to be told to anybody, also later to who is paused. */
  async haveBeenActive(): Promise<boolean> {
    return (await this.database.row('SELECT FROM webhook_activity LIMIT 1')) !== undefined;
  }

  /** Who was active at some time of late, and which of these events happened while they were. */
  async subscribers(places: readonly Place['position'][]): Promise<Subscriber[]> {
    const found = await this.database.rows<Omit<Subscriber, 'heard'> & { readonly heard: readonly string[] }>(
      `SELECT e.id, e.types, ARRAY(
         SELECT l.id::text FROM unnest($1::bigint[], $2::xid8[]) AS l (id, txid)
         WHERE EXISTS (SELECT FROM webhook_activity a WHERE a.endpoint_id = e.id AND ${HEARD})) AS heard
       FROM webhook_endpoints e WHERE EXISTS (SELECT FROM webhook_activity a WHERE a.endpoint_id = e.id)`,
      [places.map(({ id }) => id.toString()), places.map(({ txid }) => txid.toString())],
    );
    return found.map(({ id, types, heard }) => ({ id, types, heard: new Set(heard) }));
  }

  async insert(
    tx: Tx,
    {
      id,
      url,
      description,
      types,
      secret,
    }: Record<'id' | 'url' | 'description' | 'secret', string> & { types: string[] },
  ): Promise<void> {
    await row(
      tx,
      `INSERT INTO webhook_endpoints (id, url, description, types, secret) VALUES ($1, $2, $3, $4::text[], $5)`,
      [id, url, description, types, secret],
    );
  }

  /** Whoever is made active again counts as healthy, from now on. */
  update(
    tx: Tx,
    id: string,
    { url, description, types, active }: { url?: string; description?: string; types?: string[]; active?: boolean },
  ): Promise<EndpointDto | undefined> {
    return row<EndpointDto>(
      tx,
      `UPDATE webhook_endpoints SET url = coalesce($2, url), description = coalesce($3, description),
         types = coalesce($4::text[], types), active = coalesce($5, active),
         disabled_reason = CASE WHEN $5 IS NULL THEN disabled_reason END,
         failing_since = CASE WHEN $5 THEN NULL ELSE failing_since END
       WHERE id = $1 RETURNING ${VIEW}`,
      [id, url ?? null, description ?? null, types ?? null, active ?? null],
    );
  }

  /** The present secret becomes the previous one, for so many hours. */
  rotate(tx: Tx, id: string, secret: string, hours: number): Promise<EndpointDto | undefined> {
    return row<EndpointDto>(
      tx,
      `UPDATE webhook_endpoints SET previous_secret = secret, previous_until = now() + $3 * interval '1 hour', secret = $2
       WHERE id = $1 RETURNING ${VIEW}`,
      [id, secret, hours],
    );
  }

  /** What it was. */
  delete(tx: Tx, id: string): Promise<EndpointDto | undefined> {
    return row<EndpointDto>(tx, `DELETE FROM webhook_endpoints WHERE id = $1 RETURNING ${VIEW}`, [id]);
  }

  /** Nothing is read for nobody: the first subscriber begins at the present. To be called before it is one. */
  async skipToPresent(tx: Tx): Promise<void> {
    await rows(
      tx,
      `UPDATE webhook_cursor SET txid = pg_snapshot_xmin(pg_current_snapshot())::text, id = '0',
         epoch = (SELECT value ->> 'id' FROM settings WHERE name = 'events.epoch')
       WHERE NOT EXISTS (SELECT FROM webhook_activity)`,
    );
  }
}
