import { Injectable } from '@nestjs/common';
import { Database, newId, rows, type Tx } from '#database';
import type { Finding, FindingState } from '#messenger-kit';
import type { Pulse } from './pulse.js';

/** What was found, for as long as it stayed the same. */
export interface KeptCheck {
  readonly id: string;
  readonly state: FindingState;
  readonly findings: readonly Finding[];
  readonly firstAt: Date;
  readonly lastAt: Date;
}

const CHECK = `id, state, findings, first_at AS "firstAt", last_at AS "lastAt"`;

/** What is written for a channel is written while its row is locked. */
@Injectable()
export class CheckRepository {
  constructor(private readonly database: Database) {}

  /** Channels that are in use. */
  async due(): Promise<string[]> {
    const due = await this.database.rows<{ id: string }>(
      `SELECT id FROM channels WHERE active AND deleted_at IS NULL AND health <> 'connecting' ORDER BY id`,
    );
    return due.map(({ id }) => id);
  }

  /** The latest entries, newest first. */
  recent(tx: Tx, channelId: string, limit: number): Promise<KeptCheck[]> {
    return rows(tx, `SELECT ${CHECK} FROM channel_checks WHERE channel_id = $1 ORDER BY id DESC LIMIT $2`, [
      channelId,
      limit,
    ]);
  }

  /** What the last check said under this code. */
  async lastFound(channelId: string, code: string): Promise<Finding[]> {
    const [last] = await this.history(channelId, undefined, 1);
    return (last?.findings ?? []).filter((finding) => finding.code === code);
  }

  async begin(tx: Tx, channelId: string, state: FindingState, findings: readonly Finding[], at: Date): Promise<void> {
    await rows(
      tx,
      `INSERT INTO channel_checks (id, channel_id, state, findings, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)`,
      [newId(), channelId, state, JSON.stringify(findings), at],
    );
  }

  /** Found the same again: the words may have changed. */
  async prolong(tx: Tx, id: string, findings: readonly Finding[], at: Date): Promise<void> {
    await rows(tx, 'UPDATE channel_checks SET findings = $2, last_at = $3 WHERE id = $1', [
      id,
      JSON.stringify(findings),
      at,
    ]);
  }

  /** Newest first. */
  history(channelId: string, before: string | undefined, limit: number): Promise<KeptCheck[]> {
    return this.database.rows(
      `SELECT ${CHECK} FROM channel_checks WHERE channel_id = $1 AND ($2::uuid IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [channelId, before ?? null, limit],
    );
  }

  pulse(channelId: string): Promise<Pulse | undefined> {
    return this.database.row(
      `SELECT received::float8 AS received, grew_at AS "grewAt", watched_since AS "watchedSince",
         period_began_at AS "periodBeganAt", longest_s AS "longestS", longest_before_s AS "longestBeforeS"
       FROM channel_pulses WHERE channel_id = $1`,
      [channelId],
    );
  }

  async keepPulse(tx: Tx, channelId: string, pulse: Pulse): Promise<void> {
    const { received, grewAt, watchedSince, periodBeganAt, longestS, longestBeforeS } = pulse;
    await rows(
      tx,
      `INSERT INTO channel_pulses (channel_id, received, grew_at, watched_since, period_began_at, longest_s, longest_before_s)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (channel_id) DO UPDATE SET received = excluded.received, grew_at = excluded.grew_at,
         period_began_at = excluded.period_began_at, longest_s = excluded.longest_s,
         longest_before_s = excluded.longest_before_s`,
      [channelId, received, grewAt, watchedSince, periodBeganAt, longestS, longestBeforeS],
    );
  }
}
