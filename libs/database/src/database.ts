import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Client, QueryConfig } from 'pg';
import { preparedValues } from './array-literal.js';
import { BinaryParameters } from './binary-parameters.js';
import { sqlState } from './sql-state.js';
import { isUnavailable, leavesOutcomeOpen, OutcomeUnknown } from './unavailable.js';

/** A transaction in hand. Opened by a use case with `Database.transaction` and passed on, never opened twice. */
export type Tx = EntityManager;

/** A statement with a name is prepared once per connection; give names to statements of the hot paths only. */
export interface Statement {
  readonly name?: string | undefined;
  readonly text: string;
  /** Rows come in PostgreSQL's binary form: cheaper for pages of moments. Columns of a type not read so are an error. */
  readonly binary?: boolean;
}

/** What a statement is given, in the order of its parameters. Binary ones go with a statement that has a name; its rows come binary too. */
export type Values = readonly unknown[] | BinaryParameters;

const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 4;

/** Runs one statement inside `tx` and returns its rows. */
export async function rows<Row>(tx: Tx, statement: string | Statement, values: Values = []): Promise<Row[]> {
  if (!tx.queryRunner) throw new Error('rows() needs a transaction: use Database.rows() outside of one');
  return runOn<Row>(tx.queryRunner, statement, values);
}

/** The same as `rows` for a statement that answers at most one row. */
export async function row<Row>(tx: Tx, statement: string | Statement, values: Values = []): Promise<Row | undefined> {
  return (await rows<Row>(tx, statement, values))[0];
}

/** Connections known to hold a transaction: their statements leave at once, without a turn of the event loop between. */
const clients = new WeakMap<QueryRunner, Client>();
/** Whose COMMIT was sent. */
const over = new WeakSet<QueryRunner>();

async function runOn<Row>(runner: QueryRunner, statement: string | Statement, values: Values): Promise<Row[]> {
  if (over.has(runner))
    throw new Error('This transaction is over: its last statements must be issued without awaiting');
  const client = clients.get(runner) ?? ((await runner.connect()) as Client);
  if (values instanceof BinaryParameters)
    return (await client.query<Row & Record<string, unknown>>(statement, values as never)).rows;
  const prepared = preparedValues(values);
  const config: QueryConfig =
    typeof statement === 'string' ? { text: statement, values: prepared } : { values: prepared, ...statement };
  return (await client.query<Row & Record<string, unknown>>(config)).rows;
}

/** What shall happen once a transaction is committed, by its manager. */
const afterwards = new WeakMap<Tx, (() => void)[]>();

/**
 * Runs `work` once `tx` is committed; never when it is rolled back. Only for what may be lost when the process dies in
 * between, such as waking somebody up.
 */
export function afterCommit(tx: Tx, work: () => void): void {
  const waiting = afterwards.get(tx);
  if (waiting) waiting.push(work);
  else afterwards.set(tx, [work]);
}

function committed(tx: Tx): void {
  for (const work of afterwards.get(tx) ?? []) work();
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

  /** Throws `OutcomeUnknown` where the connection is lost while the work is being committed. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.retrying(async () => {
      let isWorkDone = false;
      const committing = this.dataSource.transaction(async (opened) => {
        const result = await work(opened);
        isWorkDone = true;
        return [result, opened] as const;
      });
      const [result, tx] = await committing.catch((error: unknown) => {
        throw isWorkDone && leavesOutcomeOpen(error) ? new OutcomeUnknown(error) : error;
      });
      committed(tx);
      return result;
    });
  }

  /**
   * The same for what is done again and again and finds everything by indexes: its statements with names are planned once
   * a connection, whatever they are given, and read no table whole.
   */
  indexed<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(async (tx) => {
      await rows(tx, BY_INDEXES);
      return work(tx);
    });
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
   * A transaction in as few round trips as its logic allows: BEGIN leaves with the first statement, and the last
   * statements, which are those that the returned function issues, leave with COMMIT. Resolves after COMMIT.
   */
  async commit(work: (tx: Tx) => Promise<() => Promise<unknown>[]>): Promise<void> {
    await this.retrying(async () => {
      // Calls that overlap without end would keep the only connection for themselves.
      if (this.shared && this.dataSource.options.poolSize === 1) this.leave(this.shared);
      const runner = this.dataSource.createQueryRunner();
      try {
        const client = (await runner.connect()) as Client;
        clients.set(runner, client);
        await commitOn(
          client,
          () => work(runner.manager),
          () => over.add(runner),
        );
        committed(runner.manager);
      } catch (error) {
        if (isUnavailable(error)) await discard(runner);
        throw error;
      } finally {
        await runner.release();
      }
    });
  }
}

/**
 * Batches are joined to indexed tables only. Without this a plan made while the tables were still empty would read them
 * whole for every row of a batch, until the next ANALYZE. There is one plan then, whatever is in the batch: statements with
 * a name need not be planned each time. Left to itself PostgreSQL may go on planning: it takes an array for ten elements where
 * it plans for all values, which can look dearer than a plan for the one that is there.
 */
const BY_INDEXES = `SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
  SET LOCAL plan_cache_mode = force_generic_plan`;
const BEGIN = `BEGIN; ${BY_INDEXES}`;

async function commitOn(client: Client, work: () => Promise<() => Promise<unknown>[]>, end: () => void): Promise<void> {
  try {
    const [, last] = await Promise.all(inOnePacket(client, () => [client.query(BEGIN), work()] as const));
    const [committed] = await Promise.all(
      inOnePacket(client, () => {
        const statements = last();
        end();
        return [client.query('COMMIT'), ...statements] as const;
      }),
    );
    if (committed.command !== 'COMMIT') throw new Error('The transaction went on after a statement had failed');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Statements issued by `start` without awaiting each other cost one system call together instead of one each. */
function inOnePacket<T>(client: Client, start: () => T): T {
  const { stream } = client.connection;
  stream.cork();
  try {
    return start();
  } finally {
    stream.uncork();
  }
}
