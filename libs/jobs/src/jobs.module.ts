import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Database, Leases } from '#database';
import { Jobs } from './jobs.js';
import { installJobs } from './schema.js';
import { LIFE_TIMES, SignsOfLife, type LifeTimes } from './signs-of-life.js';
import { Workers } from './workers.js';

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

function workersProviders(options: JobsOptions): Provider[] {
  return [
    {
      provide: SignsOfLife,
      inject: [Database, Leases],
      useFactory: (database: Database, leases: Leases) =>
        new SignsOfLife(database, leases, options.lifeTimes ?? LIFE_TIMES),
    },
    {
      provide: Workers,
      inject: [Jobs, SignsOfLife],
      useFactory: (jobs: Jobs, signs: SignsOfLife) => new Workers(jobs, signs, options),
    },
  ];
}
