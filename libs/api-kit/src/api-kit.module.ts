import { Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Idempotency } from './idempotency.js';
import { METRICS } from './metrics.js';

/** Global: idempotency keys and the registry of metrics. */
@Global()
@Module({
  providers: [Idempotency, { provide: METRICS, useFactory: () => new Registry() }],
  exports: [Idempotency, METRICS],
})
export class ApiKitModule {}
