import type { Client, QueryConfig } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { preparedValues } from './array-literal.js';
import { BinaryParameters } from './binary-parameters.js';
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
/** Whose COMMIT or ROLLBACK was sent, or whose BEGIN failed. */
const over = new WeakSet<QueryRunner>();

export async function runOn<Row>(runner: QueryRunner, statement: string | Statement, values: Values): Promise<Row[]> {
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

/** A server that is going away says so before the connection ends: without this the pool would lend it out once more. */
export async function discard(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect().catch(() => undefined)) as Client | undefined;
  client?.end().catch(() => undefined);
}

export const BEGIN = 'BEGIN';

/**
 * Batches are joined to indexed tables only. Without this a plan made while the tables were still empty would read them
 * whole for every row of a batch, until the next ANALYZE. There is one plan then, whatever is in the batch: statements with
 * a name need not be planned each time. Left to itself PostgreSQL may go on planning: it takes an array for ten elements where
 * it plans for all values, which can look dearer than a plan for the one that is there.
 */
export const BEGIN_BY_INDEXES = `BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off; SET LOCAL plan_cache_mode = force_generic_plan`;

/** What the work of a transaction gives, and what issues the statements that are to leave together with COMMIT. */
export interface Ending<T> {
  readonly result: T;
  readonly last?: () => readonly Promise<unknown>[];
}

/**
 * One transaction on a connection of its own. BEGIN leaves with the first statement of the work, so it costs no round trip.
 * Throws `OutcomeUnknown` where the connection is lost while the work is being committed.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  begin: string,
  work: (tx: Tx) => Promise<Ending<T>>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as Client;
    clients.set(runner, client);
    // The library's repositories join a transaction they know of; otherwise they would begin and commit their own.
    Object.assign(runner, { isTransactionActive: true });
    const ending = await begun(client, runner, begin, work);
    await commit(client, runner, ending);
    for (const afterwork of afterwards.get(runner.manager) ?? []) afterwork();
    return ending.result;
  } catch (error) {
    if (isUnavailable(error)) await discard(runner);
    throw error;
  } finally {
    await runner.release();
  }
}

/** What has begun has ended before its connection is given back. Where BEGIN fails, nothing more is asked. */
async function begun<T>(client: Client, runner: QueryRunner, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const [opening, working] = inOnePacket(client, () => [client.query(begin), work(runner.manager)] as const);
  opening.catch(() => over.add(runner));
  const [opened, worked] = await Promise.allSettled([opening, working]);
  if (worked.status === 'fulfilled' && opened.status === 'fulfilled') return worked.value;
  // What else the work may still want to ask must not be done after all.
  over.add(runner);
  await rollBack(client);
  throw opened.status === 'rejected' ? opened.reason : (worked as PromiseRejectedResult).reason;
}

async function commit(client: Client, runner: QueryRunner, { last }: Ending<unknown>): Promise<void> {
  // The connection ended since the last statement: nothing is committed, and nobody need wonder.
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  try {
    const [committed] = await Promise.all(
      inOnePacket(client, () => {
        const statements = last?.() ?? [];
        over.add(runner);
        return [client.query('COMMIT'), ...statements] as const;
      }),
    );
    if (committed.command !== 'COMMIT') throw new Error('The transaction went on after a statement had failed');
  } catch (error) {
    await rollBack(client);
    throw leavesOutcomeOpen(error) ? new OutcomeUnknown(error) : error;
  }
}

async function rollBack(client: Client): Promise<void> {
  await client.query('ROLLBACK').catch(() => undefined);
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
