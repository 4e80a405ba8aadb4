import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Waits and holds of the outbox, polling, and what replay looks for. */
export class HonestOutbox1763800000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OUTBOX);
    await runner.query(POLLING);
    await runner.query(REPLAY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX ledger_replayable;
      DROP TABLE poll_cursors;
      ALTER TABLE channels DROP COLUMN delivery;
      DROP TABLE outbox_holds, message_external_ids;
      ALTER TABLE messages DROP COLUMN requeued_at;
      DROP INDEX outbox_lanes_of_channel, outbox_lanes_awaiting;
      CREATE INDEX outbox_lanes_due ON outbox_lanes (due_at);
      ALTER TABLE outbox_lanes DROP COLUMN awaits, ADD COLUMN tail_seq int NOT NULL DEFAULT 2147483647`);
    await runner.query('ALTER TABLE outbox_lanes ALTER COLUMN tail_seq DROP DEFAULT');
  }
}

const OUTBOX = `
  -- awaits: an unconfirmed message whose echo may still prove it; once it has another status, the lane is due.
  ALTER TABLE outbox_lanes DROP COLUMN tail_seq, ADD COLUMN awaits uuid;
  DROP INDEX outbox_lanes_due;
  CREATE INDEX outbox_lanes_of_channel ON outbox_lanes (channel_id, due_at);
  CREATE INDEX outbox_lanes_awaiting ON outbox_lanes (awaits) WHERE awaits IS NOT NULL;

  -- The messenger told the whole channel to wait.
  CREATE TABLE outbox_holds (
    channel_id uuid PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    until timestamptz NOT NULL
  );

  -- When a person asked for another try: a message expires counted from then.
  ALTER TABLE messages ADD COLUMN requeued_at timestamptz;

  -- Where the messenger made several messages of one (an album): its further ids; the first one stands on the message.
  CREATE TABLE message_external_ids (
    channel_id uuid NOT NULL,
    external_id text NOT NULL,
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    PRIMARY KEY (channel_id, external_id)
  );
  CREATE INDEX message_external_ids_message ON message_external_ids (message_id);`;

const POLLING = `
  ALTER TABLE channels ADD COLUMN delivery text NOT NULL DEFAULT 'webhook' CHECK (delivery IN ('webhook', 'polling'));

  -- Up to where a polled channel's events are committed, in its messenger's words.
  CREATE TABLE poll_cursors (
    channel_id uuid PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    cursor text NOT NULL,
    moved_at timestamptz NOT NULL
  );`;

const REPLAY = `
  CREATE INDEX ledger_replayable ON ledger (channel_id, received_at, event_key)
    WHERE raw_id IS NOT NULL AND outcome <> 'stored';`;
