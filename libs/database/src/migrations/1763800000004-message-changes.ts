import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happens to messages after they were said: edits, deletions, reactions, receipts, echoes. */
export class MessageChanges1763800000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CHANGES);
    await runner.query(RECEIPTS);
    await runner.query(`
      COMMENT ON COLUMN messages.content IS 'what only some messages have: attachments, replyTo, choices, choice,
        referral, unsupported, reactions (who, what and when), edit (when it was edited last)'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE awaited_receipts, channel_identities, waiting_changes');
    await runner.query(`
      COMMENT ON COLUMN messages.content IS
        'what only some messages have: attachments, replyTo, choices, choice, referral, unsupported, reactions'`);
  }
}

const CHANGES = `
  -- Came before what they change. Looked at when their target is stored, and again at look_at, for the case that it was
  -- being stored by another transaction at the same moment.
  CREATE TABLE waiting_changes (
    id uuid PRIMARY KEY,
    channel_id uuid NOT NULL,
    messenger text NOT NULL,
    about text NOT NULL CHECK (about IN ('message', 'person')),
    target text NOT NULL,
    event jsonb NOT NULL,
    arrived_at timestamptz NOT NULL,
    look_at timestamptz NOT NULL
  );
  COMMENT ON COLUMN waiting_changes.event IS 'a change event of the messengers'' contract, its times as ISO strings';
  CREATE INDEX waiting_changes_target ON waiting_changes (channel_id, target);
  CREATE INDEX waiting_changes_look_at ON waiting_changes (look_at);
  CREATE INDEX waiting_changes_arrived_at ON waiting_changes (arrived_at);`;

const RECEIPTS = `
  -- How a channel stands with a person: how far they have what was sent to them, by the messenger's clock, and whether
  -- they let us write. A row is made with the first news.
  CREATE TABLE channel_identities (
    identity_id uuid NOT NULL REFERENCES identities ON DELETE CASCADE,
    channel_id uuid NOT NULL REFERENCES channels ON DELETE CASCADE,
    delivered_up_to timestamptz,
    read_up_to timestamptz,
    blocked_at timestamptz,
    unblocked_at timestamptz,
    PRIMARY KEY (identity_id, channel_id)
  ) WITH (fillfactor = 80);

  -- From which seq on a chat may have outbound messages that are not yet delivered, or not yet read; null = none. No
  -- row = none at all. So a receipt "up to a moment" reads no more of the history than it changes.
  CREATE TABLE awaited_receipts (
    chat_id uuid PRIMARY KEY,
    identity_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    undelivered_from int,
    unread_from int
  ) WITH (fillfactor = 80);
  CREATE INDEX awaited_receipts_person ON awaited_receipts (identity_id, channel_id);`;
