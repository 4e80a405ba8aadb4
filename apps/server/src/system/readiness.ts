import { setTimeout as after } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { Problem } from '#api-kit';
import { Database, takesWrites } from '#database';

const PATIENCE_MS = 2_000;
const SILENT = 'The database cannot be reached, or the server is shutting down.';
const WHY = {
  up: SILENT,
  silent: SILENT,
  read_only: 'The database takes no writes: it is a standby, or set to read-only.',
};

/** Whether this node can work. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
  ) {}

  /** Problem 503 `not_ready` when it cannot, with why. */
  async check(): Promise<void> {
    const database = await this.askDatabase();
    const session = this.indicators.check('database');
    const result = database === 'up' && !this.stopping ? session.up() : session.down();
    try {
      await this.health.check([() => result]);
    } catch {
      throw new Problem(503, 'not_ready', WHY[database]);
    }
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  private askDatabase(): Promise<keyof typeof WHY> {
    const late = after(PATIENCE_MS, 'silent' as const, { ref: false });
    const answer = takesWrites(this.database).then(
      (does) => (does ? 'up' : 'read_only'),
      () => 'silent' as const,
    );
    return Promise.race([answer, late]);
  }
}
