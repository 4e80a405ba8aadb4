import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What messages are found by, beside them: nothing is added to the tables of the receiving path. */
export class Search1763800000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SEARCH);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE search_progress, search_messages');
  }
}

const SEARCH = `
  -- One row a message that says something. No foreign key: inserting would lock rows that every message changes.
  CREATE TABLE search_messages (
    chat_id uuid NOT NULL,
    seq int NOT NULL,
    at timestamptz NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (chat_id, seq)
  );
  COMMENT ON COLUMN search_messages.at IS 'messages.sent_at';
  CREATE INDEX search_messages_at ON search_messages (at, chat_id, seq);
  -- Whoever searches reads the list of what is pending too: it is kept short.
  CREATE INDEX search_messages_words ON search_messages USING gin (words) WITH (gin_pending_list_limit = 512);

  -- Up to where the event log was read, and which messages that came before it are still to be read.
  CREATE TABLE search_progress (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    txid xid8 NOT NULL,
    event_id bigint NOT NULL,
    read_at timestamptz NOT NULL,
    older_than uuid
  );
  COMMENT ON COLUMN search_progress.older_than IS 'messages with smaller ids were not read yet; null = all were';`;
