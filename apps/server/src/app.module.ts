import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKitModule } from '#api-kit';
import { DatabaseModule } from '#database';
import { EventsModule } from '#events';
import { IdentityModule } from '#identity';
import type { Config } from './config.js';
import { SystemModule } from './system/system.module.js';

export interface AppOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly keys: readonly string[];
  /** What messengers and browsers call us by. */
  readonly publicUrl: string;
  /** false: nothing is connected; only the shape of the API is wanted. */
  readonly connect?: boolean;
}

/** The list of rooms. */
@Module({})
export class AppModule {
  static forRoot({ config, databaseUrl, keys, connect = true }: AppOptions): DynamicModule {
    const { values } = config;
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forRoot({
          url: databaseUrl,
          poolSize: values.PARLEY_POOL_SIZE,
          receivingPoolSize: values.PARLEY_RECEIVING_POOL_SIZE,
          keys: [...keys],
          connect,
        }),
        ApiKitModule,
        IdentityModule,
        EventsModule,
        SystemModule,
      ],
    };
  }
}
