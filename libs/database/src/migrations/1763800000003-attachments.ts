import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files: what contacts send, what agents upload. */
export class Attachments1763800000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ATTACHMENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE attachments');
  }
}

const ATTACHMENTS = `
  -- No foreign keys: rows are written on the receiving path, before or beside what they name.
  CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    channel_id uuid,
    chat_id uuid,
    message_id uuid,
    uploaded_by text,
    state text NOT NULL CHECK (state IN ('pending', 'stored', 'failed', 'too_large')),
    type text NOT NULL,
    name text,
    mime_type text,
    sniffed boolean NOT NULL DEFAULT false,
    size bigint,
    storage_key text NOT NULL,
    reference text,
    failure text,
    attempts int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
  );
  COMMENT ON COLUMN attachments.reference IS 'what the messenger calls the content, sealed by the key ring; gone once it was fetched or given up';
  COMMENT ON COLUMN attachments.sniffed IS 'mime_type was read from the content; otherwise somebody claimed it';
  COMMENT ON COLUMN attachments.storage_key IS 'where the content lies, or will: random, never derived from anything outside';
  COMMENT ON COLUMN attachments.expires_at IS 'from then on content and row are removed; null = kept';
  CREATE INDEX attachments_expiring ON attachments (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX attachments_pending ON attachments (created_at) WHERE state = 'pending';`;
