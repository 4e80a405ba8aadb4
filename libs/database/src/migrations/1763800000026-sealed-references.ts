import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A change that waits keeps how its messenger refers to files apart from the rest, sealed. */
export class SealedReferences1763800000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE waiting_changes ADD file_references text;
      COMMENT ON COLUMN waiting_changes.file_references IS
        'sealed: a JSON array, the reference of each attachment of event.content, null where it has none; null = none has'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE waiting_changes DROP file_references');
  }
}
