import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sign-ins at a network, the doctor's findings, and channels that are gone while their history stays. */
export class RegistrationComplete1763800000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SIGN_INS);
    await runner.query(CHECKS);
    await runner.query(GONE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE channels c SET source = source || ' (gone ' || id || ')', queue_live = true,
        queue_id = (SELECT id FROM queues WHERE live ORDER BY id = c.queue_id DESC, id LIMIT 1)
      WHERE deleted_at IS NOT NULL;
      DROP INDEX channels_account;
      ALTER TABLE channels ADD UNIQUE (messenger, source), ALTER COLUMN queue_live SET NOT NULL, DROP COLUMN deleted_at;
      DROP TABLE channel_pulses, channel_checks, account_sign_ins`);
  }
}

const SIGN_INS = `
  -- An admin on the way to a network's dialog and back. open → returned → granted or failed.
  CREATE TABLE account_sign_ins (
    id uuid PRIMARY KEY,
    messenger text NOT NULL,
    -- Who began it: user:<id> or key:<id>. Nobody else sees or uses it.
    caller text NOT NULL,
    state_hash bytea NOT NULL UNIQUE,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'returned', 'granted', 'failed')),
    expires_at timestamptz NOT NULL,
    failure_code text,
    failure_sentence text,
    secrets jsonb NOT NULL DEFAULT '{}'
  );
  COMMENT ON COLUMN account_sign_ins.secrets IS 'field name → value encrypted with AES-256-GCM, row and field as additional data';`;

const CHECKS = `
  -- A row holds for as long as the findings stay the same: from first_at to last_at.
  CREATE TABLE channel_checks (
    id uuid PRIMARY KEY,
    channel_id uuid NOT NULL REFERENCES channels ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('ok', 'warning', 'broken', 'unknown')),
    findings jsonb NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL
  );
  CREATE INDEX channel_checks_of_channel ON channel_checks (channel_id, id);

  -- How a channel is used to being silent, from its checks: when its events last grew, and the longest silences of this
  -- period and the one before.
  CREATE TABLE channel_pulses (
    channel_id uuid PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    received bigint NOT NULL,
    grew_at timestamptz NOT NULL,
    watched_since timestamptz NOT NULL,
    period_began_at timestamptz NOT NULL,
    longest_s double precision NOT NULL,
    longest_before_s double precision NOT NULL
  );`;

const GONE = `
  -- A channel that is gone holds on to no queue: without queue_live its foreign key is not checked.
  ALTER TABLE channels ADD COLUMN deleted_at timestamptz, ALTER COLUMN queue_live DROP NOT NULL;
  ALTER TABLE channels DROP CONSTRAINT channels_messenger_source_key;
  CREATE UNIQUE INDEX channels_account ON channels (messenger, source) WHERE deleted_at IS NULL;`;
