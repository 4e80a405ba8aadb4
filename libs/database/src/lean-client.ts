import pg from 'pg';
import type { Admission } from './admission.js';
import { BinaryParameters } from './binary-parameters.js';
import { BinaryCall, BinaryRows, type NamedStatement } from './binary-rows.js';
import { types } from './instant.js';
import { patienceNow } from './patience.js';
import { handOnRows } from './row-messages.js';

export interface LeanClientOptions extends pg.ClientConfig {
  /** Milliseconds after which a statement without an answer takes its connection with it; sooner where the caller's patience ends. */
  readonly answerTimeout?: number;
  /** The same where the caller has no patience of its own. */
  readonly usualPatience?: number;
  /** Shared by the connections of a pool, and of whoever connects again and again. */
  readonly admission?: Admission;
}

type Connected = (error: Error | undefined) => void;
type Answered = (error: Error | null, result: pg.QueryResult) => void;

/**
 * The driver's client without its own promises and timers: both keep a statement's result reachable from the one before,
 * so that the collector of young objects copies results that nobody needs, for milliseconds at a time (40 % of them were
 * seen to survive, none with this). Answers and errors are the same; moments are read with less garbage.
 */
export class LeanClient extends pg.Client {
  private readonly answerTimeout: number;
  private readonly usualPatience: number;
  /** By when the statements under way must be answered, oldest first: a connection answers in the order it was asked. */
  private readonly answerBy: number[] = [];
  private readonly admission: Admission | undefined;
  private watch: NodeJS.Timeout | undefined;
  private watchedUntil = Infinity;

  constructor(options?: LeanClientOptions) {
    super({ types, ...options });
    this.answerTimeout = options?.answerTimeout ?? Infinity;
    this.usualPatience = options?.usualPatience ?? Infinity;
    this.admission = options?.admission;
    handOnRows(this.connection);
    // An error in the moment a connection begins comes before the pool has handed it to anybody: unheard, it would end the process.
    this.on('error', () => undefined);
  }

  override connect(): Promise<pg.Client>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.Client> | void {
    if (!connected) {
      return new Promise((resolve, reject) => this.connect((error) => (error ? reject(error) : resolve(this))));
    }
    const refusal = this.admission?.standing();
    if (refusal) return process.nextTick(connected, refusal);
    super.connect((error: Error | undefined) => {
      this.admission?.answered(error);
      connected(error);
    });
  }

  // The driver's overloads cannot be spelled out again: `never` is what fits them all. Callers see those of `pg.Client`.
  override query(...args: readonly unknown[]): never {
    const query = super.query.bind(this) as unknown as (...all: readonly unknown[]) => unknown;
    const [config, values] = args;
    if (args.some((arg) => typeof arg === 'function') || isQueryObject(config)) return query(...args) as never;
    if (values instanceof BinaryParameters) {
      const statement = config as NamedStatement;
      return this.ask((done) => query(new BinaryCall(statement, values, done))) as never;
    }
    if (isBinary(config)) return this.ask((done) => query(new BinaryRows(config, done))) as never;
    return this.ask((done) => query(config, values, done)) as never;
  }

  private async ask(start: (done: Answered) => unknown): Promise<pg.QueryResult> {
    this.answerBy.push(performance.now() + Math.min(this.answerTimeout, patienceNow() ?? this.usualPatience));
    this.keepWatch();
    try {
      return await new Promise((resolve, reject) => {
        start((error, result) => (error ? reject(error) : resolve(result)));
      });
    } catch (error) {
      // The driver's own stack ends at the socket; this one leads to who asked.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    } finally {
      this.answerBy.shift();
    }
  }

  private keepWatch(): void {
    const [oldest = Infinity] = this.answerBy;
    // The timer of a statement that was answered stays and looks again, unless the next one has less time.
    if (oldest >= this.watchedUntil || oldest === Infinity) return;
    clearTimeout(this.watch);
    this.watchedUntil = oldest;
    this.watch = setTimeout(() => this.look(), oldest - performance.now()).unref();
  }

  private look(): void {
    this.watchedUntil = Infinity;
    const [oldest = Infinity] = this.answerBy;
    if (oldest > performance.now()) this.keepWatch();
    else this.connection.stream.destroy(new Error('Query read timeout'));
  }
}

/** A cursor or a stream of rows brings its own way of answering. */
function isQueryObject(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'submit' in config;
}

function isBinary(config: unknown): config is pg.QueryConfig {
  return typeof config === 'object' && config !== null && 'binary' in config && config.binary === true;
}
