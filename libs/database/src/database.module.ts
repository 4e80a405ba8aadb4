import { Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { dataSourceOptions, receivingOptions } from './data-source.js';
import { Database, ReceivingDatabase } from './database.js';
import { checkKeyRing } from './key-ring-check.js';
import { KeyRing } from './key-ring.js';
import { Leases } from './leases.repository.js';
import { connected } from './open-data-source.js';
import { Settings } from './settings.repository.js';

export interface DatabaseOptions {
  /** A migrated database. */
  readonly url: string;
  readonly poolSize: number;
  readonly receivingPoolSize: number;
  /** The key ring, first one active. */
  readonly keys: string[];
  /** false: no connection is made, and nothing works but the shape (for generating OpenAPI). */
  readonly connect?: boolean;
}

/**
 * A connection may fall silent, as when the database's machine is gone, and nobody says so for a quarter of an hour: a round
 * that waits for it, and its place in the pool, would be lost for so long.
 */
const PATIENCE_MS = 60_000;
/** With three seconds for each try as long as `onceItAnswers`. */
const RETRIES = { retryAttempts: 10, retryDelay: 500 };

/** The pools and what every room may inject: `Database`, `ReceivingDatabase`, `KeyRing`, `Settings`, `Leases`. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly receiving: ReceivingDatabase) {}

  static forRoot(options: DatabaseOptions): DynamicModule {
    const { url, poolSize, connect = true } = options;
    const providers = [...services, receivingProvider(options), keyRingProvider(options)];
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions({ url, poolSize, patienceMs: PATIENCE_MS }),
          ...RETRIES,
          autoLoadEntities: true,
          manualInitialization: !connect,
        }),
      ],
      providers,
      exports: providers,
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.receiving.dataSource.isInitialized) await this.receiving.dataSource.destroy();
  }
}

const services: Provider[] = [
  { provide: Database, inject: [DataSource], useFactory: (dataSource: DataSource) => new Database(dataSource) },
  { provide: Settings, inject: [Database], useFactory: (database: Database) => new Settings(database) },
  { provide: Leases, inject: [Database], useFactory: (database: Database) => new Leases(database) },
];

function receivingProvider({ url, receivingPoolSize, connect = true }: DatabaseOptions): Provider {
  return {
    provide: ReceivingDatabase,
    useFactory: async () => {
      const options = receivingOptions({ url, poolSize: receivingPoolSize });
      return new ReceivingDatabase(connect ? await connected(options) : new DataSource(options));
    },
  };
}

/** Nobody gets the ring before it was compared with the one this database knows. */
function keyRingProvider({ keys, connect = true }: DatabaseOptions): Provider {
  return {
    provide: KeyRing,
    inject: [Database, Settings],
    useFactory: async (database: Database, settings: Settings) => {
      const ring = new KeyRing(keys);
      if (connect) await checkKeyRing(database, settings, ring);
      return ring;
    },
  };
}
