import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { parseCronItems, run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import { Admission, LeanClient, withPatience } from '#database';
import { Jobs, type Defined, type JobHandler, type Speed } from './jobs.js';
import { libraryLog } from './library-log.js';
import { SignsOfLife } from './signs-of-life.js';
import { WorkersPool } from './workers-pool.js';

export interface WorkersOptions {
  readonly url: string;
  /** Jobs at once on this node. */
  readonly concurrency: number;
  readonly speed: Speed;
}

const RESTART_MS = 1_000;
/** Handlers that take longer are left to another node. */
const STOP_PATIENCE_MS = 10_000;
const POLL_MS = 2_000;
/** The library asks short questions: a connection without an answer has fallen silent, and nobody else would say so. */
const ANSWER_MS = 15_000;
/** A sweep may read a large table in one statement. */
const SWEEP_PATIENCE_MS = 3_600_000;
/** Failures to fetch a job in a row after which the library is started anew: it can remember a failed first query. */
const FETCH_FAILURES = 3;
/**
 * With batches (of whatever ends at the same moment) a job's end that cannot be recorded stops the runner. Without, the
 * library lets the rejection go unhandled, which ends the process.
 */
const HANDLED_ENDS = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

/** One listens. A worker needs one only to fetch a job and to record its end: they take turns. The library warns of fewer. */
export function connectionsOf(concurrency: number): number {
  return Math.max(2, concurrency);
}

/** Runs this node's share of the jobs of one speed, from the application's start to its shutdown, over every loss of the database. */
export class Workers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Jobs');
  private readonly ended = new AbortController();
  private readonly admission: Admission;
  private runner: Runner | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly jobs: Jobs,
    private readonly signs: SignsOfLife,
    private readonly options: WorkersOptions,
  ) {
    this.admission = new Admission(this.name);
  }

  private get name(): string {
    return `parley-jobs-${this.options.speed}`;
  }

  onApplicationBootstrap(): void {
    this.running = this.keepRunning();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ended.abort();
    await Promise.race([this.finish(), sleep(STOP_PATIENCE_MS, undefined, { ref: false })]);
    await this.signs.stop();
  }

  private async finish(): Promise<void> {
    await this.runner?.stop().catch(() => undefined);
    await this.running;
  }

  /** The library ends its runner when the database stays away; a new one is started until we are told to stop. */
  private async keepRunning(): Promise<void> {
    const defined = this.jobs.seal(this.options.speed);
    if (defined.handlers.size === 0) return;
    this.signs.start();
    while (!this.ended.signal.aborted) {
      try {
        await this.runOnce(defined);
      } catch (error) {
        this.logger.warn(`workers stopped, starting again: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(RESTART_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
      }
    }
  }

  private async runOnce(defined: Defined): Promise<void> {
    const pool = this.openPool();
    const events = this.listen();
    try {
      this.runner = await run({
        preset: HANDLED_ENDS,
        pgPool: pool,
        concurrency: this.options.concurrency,
        pollInterval: POLL_MS,
        noHandleSignals: true,
        logger: libraryLog,
        events,
        taskList: this.taskList(defined),
        parsedCronItems: parseCronItems(
          defined.schedules.map(({ name, cron }) => ({ task: name, match: cron, identifier: name })),
        ),
      });
      if (this.ended.signal.aborted) await this.runner.stop();
      await this.runner.promise;
    } finally {
      this.runner = undefined;
      this.signs.hide();
      await pool.end().catch(() => undefined);
    }
  }

  private openPool(): pg.Pool {
    const client = { Client: LeanClient, usualPatience: ANSWER_MS, admission: this.admission };
    const pool = new WorkersPool({
      ...client,
      connectionString: this.options.url,
      application_name: this.name,
      max: connectionsOf(this.options.concurrency),
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
    });
    pool.on('error', (error) => this.logger.warn(`connection lost: ${error.message}`));
    pool.on('connect', (client) => void client.on('error', () => undefined));
    return pool;
  }

  private listen(): WorkerEvents {
    const events = new EventEmitter() as WorkerEvents;
    // Jobs are locked under the pool's id, not under the ids of its workers.
    events.on('pool:create', ({ workerPool }) => this.signs.show(workerPool.id));
    let failures = 0;
    const fetched = () => (failures = 0);
    events.on('worker:getJob:empty', fetched);
    events.on('worker:getJob:error', () => {
      if (++failures === FETCH_FAILURES) this.runner?.stop().catch(() => undefined);
    });
    events.on('job:start', fetched);
    events.on('job:start', ({ job }) => this.signs.begin(job.id));
    events.on('job:complete', ({ job }) => this.signs.end(job.id));
    events.on('job:error', ({ job }) => {
      this.logger.warn(`job ${job.id} (${job.task_identifier}) failed, attempt ${job.attempts} of ${job.max_attempts}`);
    });
    return events;
  }

  /** What comes by the thousand has the usual patience: another one is followed through the whole process while it is in use. */
  private taskList({ handlers, schedules }: Defined): TaskList {
    const sweeps = new Set(this.options.speed === 'slow' ? handlers.keys() : schedules.map(({ name }) => name));
    const patient = (handler: JobHandler) => (payload: unknown) =>
      withPatience(SWEEP_PATIENCE_MS, () => handler(payload));
    return Object.fromEntries(
      [...handlers].map(([name, handler]) => [name, sweeps.has(name) ? patient(handler) : handler]),
    );
  }
}
