import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Database, Leases } from '#database';
import { Jobs, type Speed } from './jobs.js';
import { installJobs } from './schema.js';
import { LIFE_TIMES, SignsOfLife, type LifeTimes } from './signs-of-life.js';
import { connectionsOf, Workers } from './workers.js';

export interface JobsOptions {
  readonly url: string;
  /** false: this node enqueues only. */
  readonly enabled: boolean;
  readonly concurrency: number;
  /** false: no connection is made (for generating OpenAPI). */
  readonly connect?: boolean;
  readonly lifeTimes?: LifeTimes;
}

/** Background jobs on PostgreSQL, by graphile-worker. Provides `Jobs` everywhere. */
@Module({})
export class JobsModule {
  static forRoot(options: JobsOptions): DynamicModule {
    const { enabled, connect = true } = options;
    return {
      module: JobsModule,
      global: true,
      providers: [jobsProvider(options), ...(enabled && connect ? workersProviders(options) : [])],
      exports: [Jobs],
    };
  }
}

/** Nobody gets `Jobs` before there are tables to put jobs into. */
function jobsProvider({ url, connect = true }: JobsOptions): Provider {
  return {
    provide: Jobs,
    useFactory: async () => {
      if (connect) await installJobs(url);
      return new Jobs();
    },
  };
}

/** Each speed has workers, and connections, of its own; slow jobs wait for others, so few of them do. */
function sharesOf(concurrency: number): Record<Speed, number> {
  return { prompt: concurrency, slow: Math.max(1, Math.ceil(concurrency / 2)) };
}

/** How many connections a node that runs jobs opens for them at most. */
export function jobConnections(concurrency: number): number {
  return Object.values(sharesOf(concurrency)).reduce((sum, share) => sum + connectionsOf(share), 0);
}

function workersProviders({ url, concurrency, lifeTimes = LIFE_TIMES }: JobsOptions): Provider[] {
  const shares = sharesOf(concurrency);
  return (['prompt', 'slow'] as const).map((speed) => ({
    provide: `${speed} workers`,
    inject: [Jobs, Database, Leases],
    useFactory: (jobs: Jobs, database: Database, leases: Leases) =>
      new Workers(jobs, new SignsOfLife(database, leases, lifeTimes), { url, concurrency: shares[speed], speed }),
  }));
}
