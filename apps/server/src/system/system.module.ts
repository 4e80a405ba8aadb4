import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { IdentityModule } from '#identity';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Readiness } from './readiness.js';
import { Upkeep } from './upkeep.js';
import { VersionController } from './version.controller.js';

/** What operators ask the server. */
@Module({
  imports: [IdentityModule, TerminusModule.forRoot({ errorLogStyle: 'json', logger: false })],
  controllers: [HealthController, MetricsController, VersionController],
  providers: [Readiness, Upkeep],
})
export class SystemModule {}
