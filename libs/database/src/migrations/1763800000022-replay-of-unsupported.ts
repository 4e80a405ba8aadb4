import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every event whose raw body is kept can be replayed: also what was stored without being understood. */
export class ReplayOfUnsupported1763800000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ledger_kept ON ledger (channel_id, received_at, event_key) WHERE raw_id IS NOT NULL;
      DROP INDEX ledger_replayable;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ledger_replayable ON ledger (channel_id, received_at, event_key)
        WHERE raw_id IS NOT NULL AND outcome <> 'stored';
      DROP INDEX ledger_kept;`);
  }
}
