import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is known of contacts, how they are found, merged and kept as guests, and how a person is erased. */
export class People1763800000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CONTACTS);
    await runner.query(MERGES);
    await runner.query(`ALTER TABLE channels ADD COLUMN keeps_guests boolean NOT NULL DEFAULT false`);
    await runner.query(ERASURES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE erasures, contact_merges;
      DROP INDEX identities_external, contacts_words, chat_ownerships_of_agent;
      ALTER TABLE identities DROP COLUMN erased_at;
      ALTER TABLE channels DROP COLUMN keeps_guests;
      ALTER TABLE contacts DROP COLUMN email, DROP COLUMN phone, DROP COLUMN language, DROP COLUMN note,
        DROP COLUMN attributes, DROP COLUMN words`);
  }
}

const CONTACTS = `
  ALTER TABLE contacts
    ADD COLUMN email text,
    ADD COLUMN phone text,
    ADD COLUMN language text,
    ADD COLUMN note text,
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN words text NOT NULL DEFAULT '';
  COMMENT ON COLUMN contacts.words IS
    'what the contact is found by: words of name, e-mail and phone in small letters without accents, a blank between';
  UPDATE contacts SET words = trim(lower(regexp_replace(
    regexp_replace(normalize(name, NFKD), '[\\u0300-\\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g')))
  WHERE name IS NOT NULL;
  CREATE INDEX contacts_words ON contacts USING gin (array_to_tsvector(string_to_array(words, ' ')));
  ALTER TABLE identities ADD COLUMN erased_at timestamptz;
  COMMENT ON COLUMN identities.erased_at IS 'who it was is erased: nobody writes by it any more, its chats are numbers';
  CREATE INDEX identities_external ON identities (external_id text_pattern_ops);
  -- Whose contacts an agent knows from chats that others hold by now.
  CREATE INDEX chat_ownerships_of_agent ON chat_ownerships (agent_id, chat_id);`;

const MERGES = `
  -- A merged contact's row is gone; its id goes on answering for contact_id, whoever that is merged into later.
  CREATE TABLE contact_merges (
    merged_id uuid PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    into_id uuid NOT NULL,
    merged_by text NOT NULL,
    merged_at timestamptz NOT NULL,
    merged jsonb NOT NULL
  );
  CREATE INDEX contact_merges_contact ON contact_merges (contact_id, merged_at);
  COMMENT ON COLUMN contact_merges.into_id IS 'whom it was merged into then';
  COMMENT ON COLUMN contact_merges.merged IS 'the merged contact as it was, with the ids of its identities';`;

const ERASURES = `
  -- Nothing in here tells who it was once the work is done: needles are sealed, and gone at the end.
  CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    contact_id uuid NOT NULL UNIQUE,
    contact_ids uuid[] NOT NULL,
    identity_ids uuid[] NOT NULL,
    needles text,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    step text,
    place text,
    counts jsonb NOT NULL DEFAULT '{}',
    finished_at timestamptz
  );
  CREATE INDEX erasures_of_contacts ON erasures USING gin (contact_ids);
  COMMENT ON COLUMN erasures.contact_ids IS 'the contact, and those that were merged into it';
  COMMENT ON COLUMN erasures.needles IS 'sealed by the key ring: the ids by which kept webhook bodies of the person are found';
  COMMENT ON COLUMN erasures.place IS 'up to where the step has come';`;
