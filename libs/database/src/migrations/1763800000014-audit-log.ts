import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what, for good. */
export class AuditLog1763800000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(AUDIT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_entries; DROP FUNCTION refuse_change');
  }
}

const AUDIT = `
  -- Names stand as they were; nothing refers to another table, so that nothing can take an entry along.
  CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'key', 'system')),
    actor_id uuid,
    actor_name text,
    request_id text,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    before jsonb,
    after jsonb
  );
  CREATE INDEX audit_entries_subject ON audit_entries (subject_id, id);
  CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id);
  CREATE INDEX audit_entries_action ON audit_entries (action text_pattern_ops, id);

  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'Entries of % are never changed', TG_TABLE_NAME;
  END $$;
  CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();`;
