import type { DataSource, QueryRunner } from 'typeorm';
import { sqlState } from './sql-state.js';
import {
  BEGIN,
  BEGIN_BY_INDEXES,
  discard,
  inTransaction,
  runOn,
  type Statement,
  type Tx,
  type Values,
} from './transaction.js';
import { isUnavailable } from './unavailable.js';

const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 4;

/**
 * The door to PostgreSQL. Transactions are READ COMMITTED; a deadlock or serialization failure is retried a bounded
 * number of times, so the work given must be repeatable (no side effects outside the transaction).
 */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  /** Throws `OutcomeUnknown` where the connection is lost while the work is being committed. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inTransaction(BEGIN, work);
  }

  /**
   * The same for what is done again and again and finds everything by indexes: its statements with names are planned once
   * a connection, whatever they are given, and read no table whole.
   */
  indexed<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inTransaction(BEGIN_BY_INDEXES, work);
  }

  private inTransaction<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const ending = async (tx: Tx) => ({ result: await work(tx) });
    return this.retrying(() => inTransaction(this.dataSource, begin, ending));
  }

  protected async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (attempt === ATTEMPTS || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  /** One statement in its own transaction. */
  async rows<Row>(statement: string | Statement, values: Values = []): Promise<Row[]> {
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

  async row<Row>(statement: string | Statement, values: Values = []): Promise<Row | undefined> {
    return (await this.rows<Row>(statement, values))[0];
  }
}

/**
 * The same door with connections of its own, so that a busy API never keeps a messenger's event waiting. Its connections
 * are pipelined: statements that do not wait for each other share a round trip.
 */
export class ReceivingDatabase extends Database {
  private shared: { readonly runner: QueryRunner; users: number } | undefined;

  /**
   * One statement in its own transaction. Calls that overlap share a connection: they are carried out in the order they
   * were made, the next one without waiting for our answer to the last.
   */
  override async rows<Row>(statement: string | Statement, values: Values = []): Promise<Row[]> {
    const shared = (this.shared ??= { runner: this.dataSource.createQueryRunner(), users: 0 });
    shared.users += 1;
    try {
      return await runOn<Row>(shared.runner, statement, values);
    } catch (error) {
      if (isUnavailable(error)) {
        this.leave(shared);
        await discard(shared.runner);
      }
      throw error;
    } finally {
      shared.users -= 1;
      if (shared.users === 0) {
        this.leave(shared);
        await shared.runner.release();
      }
    }
  }

  /** Whoever comes next takes another connection. */
  private leave(shared: object): void {
    if (this.shared === shared) this.shared = undefined;
  }

  /**
   * A transaction in as few round trips as its logic allows, by indexes: the last statements, which are those that the
   * returned function issues, leave with COMMIT. Resolves after COMMIT.
   */
  async commit(work: (tx: Tx) => Promise<() => Promise<unknown>[]>): Promise<void> {
    await this.retrying(() => {
      // Calls that overlap without end would keep the only connection for themselves.
      if (this.shared && this.dataSource.options.poolSize === 1) this.leave(this.shared);
      return inTransaction(this.dataSource, BEGIN_BY_INDEXES, async (tx) => ({
        result: undefined,
        last: await work(tx),
      }));
    });
  }
}
