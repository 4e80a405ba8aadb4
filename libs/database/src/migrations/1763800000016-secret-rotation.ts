import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels whose webhook secret takes over from another one. */
export class SecretRotation1763800000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ROTATION);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE channels DROP COLUMN rotated_at, DROP COLUMN replaced_until, DROP COLUMN replaced_used_at',
    );
  }
}

const ROTATION = `
  -- When the webhook's present secret took over, until when the replaced one proves calls as well, and when one last did.
  ALTER TABLE channels ADD COLUMN rotated_at timestamptz, ADD COLUMN replaced_until timestamptz,
    ADD COLUMN replaced_used_at timestamptz;`;
