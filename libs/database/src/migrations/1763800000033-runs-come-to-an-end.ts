import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runs of actions that never came to an end are looked for, by the database's clock. */
export class RunsComeToAnEnd1763800000033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE action_runs ADD entered_at timestamptz NOT NULL DEFAULT now();
      CREATE INDEX action_runs_running ON action_runs (entered_at) WHERE status = 'running'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE action_runs DROP entered_at');
  }
}
