import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Client, QueryConfig } from 'pg';
import { sqlState } from './sql-state.js';
import { isUnavailable } from './unavailable.js';

/** A transaction in hand. Opened by a use case with `Database.transaction` and passed on, never opened twice. */
export type Tx = EntityManager;

/** A statement with a name is prepared once per connection; give names to statements of the hot paths only. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 4;

/** Runs one statement inside `tx` and returns its rows. */
export async function rows<Row>(
  tx: Tx,
  statement: string | Statement,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  if (!tx.queryRunner) throw new Error('rows() needs a transaction: use Database.rows() outside of one');
  return runOn<Row>(tx.queryRunner, statement, values);
}

/** The same as `rows` for a statement that answers at most one row. */
export async function row<Row>(
  tx: Tx,
  statement: string | Statement,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await rows<Row>(tx, statement, values))[0];
}

async function runOn<Row>(
  runner: QueryRunner,
  statement: string | Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = (await runner.connect()) as Client;
  const config: QueryConfig =
    typeof statement === 'string' ? { text: statement, values: [...values] } : { ...statement, values: [...values] };
  return (await client.query<Row & Record<string, unknown>>(config)).rows;
}

/** A server that is going away says so before the connection ends: without this the pool would lend it out once more. */
async function discard(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect().catch(() => undefined)) as Client | undefined;
  client?.end().catch(() => undefined);
}

/**
 * The door to PostgreSQL. Transactions are READ COMMITTED; a deadlock or serialization failure is retried a bounded
 * number of times, so the work given must be repeatable (no side effects outside the transaction).
 */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.dataSource.transaction(work);
      } catch (error) {
        if (attempt === ATTEMPTS || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  /** One statement in its own transaction. */
  async rows<Row>(statement: string | Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await runOn<Row>(runner, statement, values);
    } catch (error) {
      if (isUnavailable(error)) await discard(runner);
      throw error;
    } finally {
      await runner.release();
    }
  }

  async row<Row>(statement: string | Statement, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(statement, values))[0];
  }
}

/** The same door with connections of its own, so that a busy API never keeps a messenger's event waiting. */
export class ReceivingDatabase extends Database {}
