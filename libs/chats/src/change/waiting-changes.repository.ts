import { Injectable } from '@nestjs/common';
import { Database, newId, rows, type Tx } from '#database';
import type { ChangeEvent } from '#messenger-kit';
import { FileReferences, type SealedChange } from './file-references.js';

/** A change whose message, or whose person's chat, is not there yet. */
export interface WaitingChange {
  readonly id: string;
  readonly channelId: string;
  readonly messenger: string;
  readonly event: ChangeEvent;
}

/** What a change waits for: a message by the messenger's id, or a chat with a person (`personKey`). */
export interface Awaited {
  readonly channelId: string;
  readonly about: 'message' | 'person';
  readonly target: string;
}

type Kept = WaitingChange & SealedChange;

export interface ToKeep extends Awaited {
  /** When it came, where it waited before. */
  readonly since?: string;
  readonly messenger: string;
  readonly event: ChangeEvent;
}

export function personKey(person: { readonly scope: string; readonly externalId: string }): string {
  return JSON.stringify([person.scope, person.externalId]);
}

const COLUMNS = 'x.id, x.channel_id AS "channelId", x.messenger, x.event, x.file_references AS "fileReferences"';

const KEEP = {
  name: 'waiting-keep',
  text: `
    INSERT INTO waiting_changes (id, channel_id, messenger, about, target, event, file_references, arrived_at, look_at)
    SELECT w.id, w.channel_id, w.messenger, w.about, w.target, w.event::jsonb, w.file_references, coalesce(w.since, now()),
      now() + greatest(now() - w.since, interval '1 second')
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
      AS w (id, channel_id, messenger, about, target, event, file_references, since)`,
};

const OF = {
  name: 'waiting-of',
  text: `
    SELECT ${COLUMNS}
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS w (channel_id, about, target)
    CROSS JOIN LATERAL (
      SELECT * FROM waiting_changes x
      WHERE x.channel_id = w.channel_id AND x.target = w.target AND x.about = w.about OFFSET 0
    ) AS x
    ORDER BY x.id`,
};

/**
 * Each is looked at again after as long as it has waited: often while its target may be on its way, hardly ever later.
 * What another node looks at is passed over.
 */
const DUE = {
  name: 'waiting-due',
  text: `
    WITH due AS (
      SELECT id FROM waiting_changes WHERE look_at <= now() ORDER BY look_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    UPDATE waiting_changes x SET look_at = now() + greatest(now() - x.arrived_at, interval '1 second')
    FROM due WHERE x.id = due.id
    RETURNING ${COLUMNS}`,
};

/** Changes that came before what they change. */
@Injectable()
export class WaitingChangesRepository {
  constructor(
    private readonly database: Database,
    private readonly references: FileReferences,
  ) {}

  async keep(tx: Tx, changes: readonly ToKeep[]): Promise<void> {
    if (changes.length === 0) return;
    const ids = changes.map(() => newId());
    const sealed = changes.map(({ event }, place) => this.references.seal(ids[place]!, event));
    await rows(tx, KEEP, [
      ids,
      changes.map((c) => c.channelId),
      changes.map((c) => c.messenger),
      changes.map((c) => c.about),
      changes.map((c) => c.target),
      sealed.map(({ event }) => JSON.stringify(event)),
      sealed.map(({ fileReferences }) => fileReferences),
      changes.map((c) => c.since ?? null),
    ]);
  }

  /** In the order they came. */
  async of(tx: Tx, awaited: readonly Awaited[]): Promise<WaitingChange[]> {
    if (awaited.length === 0) return [];
    const values = [awaited.map((a) => a.channelId), awaited.map((a) => a.about), awaited.map((a) => a.target)];
    return (await rows<Kept>(tx, OF, values)).map((kept) => this.revived(kept));
  }

  async due(limit: number): Promise<WaitingChange[]> {
    return (await this.database.rows<Kept>(DUE, [limit])).map((kept) => this.revived(kept));
  }

  /** Ends the waiting of these; gives since when those waited that nobody else took meanwhile. */
  async take(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
    const taken = await rows<{ id: string; since: string }>(
      tx,
      'DELETE FROM waiting_changes WHERE id = ANY ($1::uuid[]) RETURNING id, arrived_at::text AS since',
      [ids],
    );
    return new Map(taken.map(({ id, since }) => [id, since]));
  }

  /** Gives up on what waits for longer than this. */
  async forget(days: number, limit: number): Promise<void> {
    await this.database.rows(
      `DELETE FROM waiting_changes WHERE id IN (
         SELECT id FROM waiting_changes WHERE arrived_at < now() - make_interval(days => $1) ORDER BY arrived_at LIMIT $2)`,
      [days, limit],
    );
  }

  /** JSON has no dates. */
  private revived({ fileReferences, ...change }: Kept): WaitingChange {
    const opened = this.references.open(change.id, { event: change.event, fileReferences });
    const event: Record<string, unknown> = { ...opened };
    for (const time of TIMES) if (typeof event[time] === 'string') event[time] = new Date(event[time]);
    return { ...change, event: event as unknown as ChangeEvent };
  }
}

const TIMES = ['at', 'upTo', 'sentAt'] as const;
