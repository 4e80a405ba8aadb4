import type { Tx } from '#database';
import { addJobs, type JobSpec } from './jobs.repository.js';

/**
 * Rejecting means: try again later. A job may run more than once (its node can die), so repeating must be harmless. Where
 * the payload is an array, one promise for each of its elements may be answered: only those that reject are tried again.
 */
export type JobHandler = (payload: unknown) => Promise<void | Promise<void>[]>;

export interface EnqueueOptions<Payload extends object> {
  /** A waiting job with this key is replaced instead of joined by a second one. */
  readonly jobKey?: (payload: Payload) => string;
  readonly runAt?: Date;
  /** Default: 25, spread over some days. */
  readonly maxAttempts?: number;
  /** Whatever else waits goes first: for what comes in heaps, and nobody is waiting for. */
  readonly yields?: boolean;
}

/** The usual one is 0; smaller ones go first. */
const YIELDING = 10;

export interface Schedule {
  readonly name: string;
  readonly cron: string;
}

/** `slow` jobs may wait minutes for somebody else's server; they have workers of their own, so that the others never wait for them. */
export type Speed = 'prompt' | 'slow';

export interface Defined {
  readonly handlers: ReadonlyMap<string, JobHandler>;
  readonly schedules: readonly Schedule[];
}

/** Background work. Rooms define their jobs while the application starts and enqueue them in their transactions. */
export class Jobs {
  private readonly handlers = { prompt: new Map<string, JobHandler>(), slow: new Map<string, JobHandler>() };
  private readonly crons: Schedule[] = [];
  private sealed = false;

  /** Says what a job does, in a constructor or `onModuleInit`. One handler per name; the name is stored with each job. */
  define(name: string, handler: JobHandler, speed: Speed = 'prompt'): void {
    if (this.sealed) throw new Error(`Job "${name}" was defined after the workers started: do it in onModuleInit.`);
    if (Object.values(this.handlers).some((defined) => defined.has(name)))
      throw new Error(`Job "${name}" is defined twice.`);
    this.handlers[speed].set(name, handler);
  }

  /** Runs by the clock, in UTC, once in the whole fleet; `cron` has five fields. What was missed is not made up for. */
  schedule(name: string, cron: string, handler: () => Promise<void>): void {
    this.define(name, handler);
    this.crons.push({ name, cron });
  }

  /** One statement for all payloads, in the caller's transaction: they run after its commit, or never. */
  async enqueue<Payload extends object>(
    tx: Tx,
    name: string,
    payloads: readonly Payload[],
    options: EnqueueOptions<Payload> = {},
  ): Promise<void> {
    if (payloads.length === 0) return;
    const { jobKey, runAt, maxAttempts, yields } = options;
    const specs = payloads.map((payload) => ({
      identifier: name,
      payload,
      ...(jobKey && { job_key: `${name}:${jobKey(payload)}` }),
      ...(runAt && { run_at: runAt }),
      ...(maxAttempts && { max_attempts: maxAttempts }),
      ...(yields && { priority: YIELDING }),
    }));
    await addJobs(tx, jobKey ? lastOfEachKey(specs) : specs);
  }

  /** What was defined; nothing can be added any more. Schedules are prompt. */
  seal(speed: Speed): Defined {
    this.sealed = true;
    return { handlers: this.handlers[speed], schedules: speed === 'prompt' ? this.crons : [] };
  }
}

/** A statement can touch a key once only; the fixed order keeps two transactions from waiting for each other. */
function lastOfEachKey(specs: readonly JobSpec[]): JobSpec[] {
  const byKey = new Map(specs.map((spec) => [spec.job_key ?? '', spec]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key) as JobSpec);
}
