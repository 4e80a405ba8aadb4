import type { Database } from './database.js';
import { row, type Tx } from './transaction.js';

export interface Lease {
  /** Grows with every change of holder, so that a write that carries it can be refused when it is stale. */
  readonly fence: string;
}

/** Who of the fleet does what only one may do, by the database's clock. */
export class Leases {
  constructor(private readonly database: Database) {}

  /**
   * Takes the lease, or renews it for its present holder.
   * @param holder a UUID that only this process uses
   * @returns undefined while somebody else holds it
   */
  async tryAcquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    return this.database.row<Lease>(
      `INSERT INTO leases AS held (name, holder, fence, until)
       VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET
         holder = excluded.holder,
         until = excluded.until,
         fence = held.fence + (held.until <= clock_timestamp() OR held.holder <> excluded.holder)::int
       WHERE held.holder = excluded.holder OR held.until <= clock_timestamp()
       RETURNING fence::text AS fence`,
      [name, holder, ttlMs],
    );
  }

  /** Ends the lease at once; harmless when it is somebody else's by now. The row stays: its fence must not restart. */
  async release(name: string, holder: string): Promise<void> {
    await this.database.row('UPDATE leases SET until = clock_timestamp() WHERE name = $1 AND holder = $2', [
      name,
      holder,
    ]);
  }

  /** Whether the lease is still ours, and keeps it so until `tx` ends: ask it in the transaction of the write. */
  async isHeld(tx: Tx, name: string, fence: string): Promise<boolean> {
    const held = await row(
      tx,
      'SELECT 1 FROM leases WHERE name = $1 AND fence = $2 AND until > clock_timestamp() FOR SHARE',
      [name, fence],
    );
    return held !== undefined;
  }

  /** Names with this prefix that somebody holds now. */
  async live(prefix: string): Promise<string[]> {
    const held = await this.database.rows<{ name: string }>(
      'SELECT name FROM leases WHERE starts_with(name, $1) AND until > clock_timestamp()',
      [prefix],
    );
    return held.map(({ name }) => name);
  }

  /** Removes rows under names that are never used again; their fences would restart. */
  async forget(prefix: string, endedForMs: number): Promise<void> {
    await this.database.row(
      `DELETE FROM leases WHERE starts_with(name, $1) AND until < clock_timestamp() - $2 * interval '1 millisecond'`,
      [prefix, endedForMs],
    );
  }
}
