import { setTimeout as after } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Problem } from '#api-kit';
import { Database } from '#database';
import { databaseAnswers } from './database-answers.repository.js';

const PATIENCE_MS = 2_000;

/** Whether this node can work. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
  ) {}

  /** Problem 503 `not_ready` when it cannot. */
  async check(): Promise<void> {
    try {
      await this.health.check([() => this.askDatabase()]);
    } catch {
      throw new Problem(503, 'not_ready', 'The database cannot be reached, or the server is shutting down.');
    }
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  private async askDatabase(): Promise<HealthIndicatorResult> {
    const session = this.indicators.check('database');
    const late = after(PATIENCE_MS, false, { ref: false });
    const answer = databaseAnswers(this.database).then(
      () => true,
      () => false,
    );
    return (await Promise.race([answer, late])) && !this.stopping ? session.up() : session.down();
  }
}
