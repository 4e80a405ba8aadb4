import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels whose webhook secret takes over from another one, their pictures, and who is written down for a sign-in that comes back. */
export class SecretRotation1763800000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ROTATION);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE account_sign_ins DROP COLUMN caller_name');
    await runner.query(
      `ALTER TABLE channels DROP COLUMN rotated_at, DROP COLUMN replaced_until, DROP COLUMN replaced_used_at,
         DROP COLUMN picture_id, DROP COLUMN picture_version`,
    );
  }
}

const ROTATION = `
  -- When the webhook's present secret took over, until when the replaced one proves calls as well, and when one last did.
  ALTER TABLE channels ADD COLUMN rotated_at timestamptz, ADD COLUMN replaced_until timestamptz,
    ADD COLUMN replaced_used_at timestamptz;

  -- The account's own picture, an attachment, and what the messenger calls the version of it that is kept.
  ALTER TABLE channels ADD COLUMN picture_id uuid, ADD COLUMN picture_version text;

  -- As the audit log shows whoever began it: nobody is signed in where the browser comes back.
  ALTER TABLE account_sign_ins ADD COLUMN caller_name text;`;
