import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a message was last tried: one that waited was said long before. Null = not since this is kept. */
export class LastTries1763800000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE messages ADD COLUMN tried_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE messages DROP COLUMN tried_at`);
  }
}
