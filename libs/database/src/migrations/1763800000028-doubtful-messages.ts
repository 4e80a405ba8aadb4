import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A message that waits for another try may have got through with an earlier one: it must not be said to have failed. */
export class DoubtfulMessages1763800000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE messages ADD COLUMN doubtful boolean`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE messages DROP COLUMN doubtful`);
  }
}
