import type { Database } from './database.js';
import { row, type Tx } from './transaction.js';

interface Stored<T> {
  value: T;
}

/** Facts about this installation, by name: made once, the same on every node. */
export class Settings {
  constructor(private readonly database: Database) {}

  async get<T>(name: string): Promise<T | undefined> {
    const stored = await this.database.row<Stored<T>>('SELECT value FROM settings WHERE name = $1', [name]);
    return stored?.value;
  }

  /** What is stored, or what `make` gives; when several nodes ask at once, all get the one that was stored. */
  async getOrCreate<T>(name: string, make: () => T): Promise<T> {
    const present = await this.get<T>(name);
    if (present !== undefined) return present;
    const stored = await this.database.row<Stored<T>>(
      // The update changes nothing; it makes the loser of a race see the winner's row.
      `INSERT INTO settings (name, value) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value`,
      [name, JSON.stringify(make())],
    );
    if (!stored) throw new Error(`Setting ${name} was neither found nor made.`);
    return stored.value;
  }

  /** False when something else was stored meanwhile. */
  async replace(name: string, from: unknown, to: unknown): Promise<boolean> {
    const replaced = await this.database.rows(
      'UPDATE settings SET value = $3 WHERE name = $1 AND value = $2::jsonb RETURNING 1 AS done',
      [name, JSON.stringify(from), JSON.stringify(to)],
    );
    return replaced.length > 0;
  }

  async set(tx: Tx, name: string, value: unknown): Promise<void> {
    await row(
      tx,
      'INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      [name, JSON.stringify(value)],
    );
  }
}
