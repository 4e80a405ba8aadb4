import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who holds a chat and how they came by it, what reports read of a chat, and the states agents choose from. */
export class ChatLife1763800000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CHATS);
    await runner.query(OWNERSHIPS);
    await runner.query(AGENT_STATES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_state_intervals DROP CONSTRAINT agent_state_intervals_forward;
      ALTER TABLE agents DROP CONSTRAINT agents_state_fkey;
      DROP TABLE agent_states;
      ALTER TABLE chat_ownerships DROP COLUMN began_how, DROP COLUMN began_by, DROP COLUMN ended_how,
        DROP COLUMN ended_by, DROP COLUMN reason, DROP COLUMN comment;
      ALTER TABLE chats DROP COLUMN first_accepted_at, DROP COLUMN first_human_reply_at, DROP COLUMN last_outbound_at,
        DROP COLUMN outbound_count`);
  }
}

const CHATS = `
  ALTER TABLE chats
    ADD COLUMN first_accepted_at timestamptz,
    ADD COLUMN first_human_reply_at timestamptz,
    ADD COLUMN last_outbound_at timestamptz,
    ADD COLUMN outbound_count int NOT NULL DEFAULT 0;
  COMMENT ON COLUMN chats.accepted_at IS 'when the present holder, or the last one of a closed chat, got it; null while it waits';
  COMMENT ON COLUMN chats.waiting_since IS 'its place among the waiting ones, kept when an agent gives it back';`;

const OWNERSHIPS = `
  -- Who else had a hand in it: an agent may get a chat from a colleague, and lose it to a supervisor. reason and comment
  -- are those of the transfer that ended the stretch.
  ALTER TABLE chat_ownerships
    ADD COLUMN began_how text NOT NULL DEFAULT 'accepted'
      CHECK (began_how IN ('accepted', 'started', 'transferred', 'taken_over')),
    ADD COLUMN began_by uuid REFERENCES users,
    ADD COLUMN ended_how text CHECK (ended_how IN ('released', 'transferred', 'taken_over', 'closed')),
    ADD COLUMN ended_by uuid REFERENCES users,
    ADD COLUMN reason text,
    ADD COLUMN comment text;`;

const AGENT_STATES = `
  -- Nobody can be in a state that does not exist. The two built-in ones are always there.
  CREATE TABLE agent_states (
    key text PRIMARY KEY,
    name text NOT NULL,
    available boolean NOT NULL,
    built_in boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX agent_states_name ON agent_states (lower(name));
  INSERT INTO agent_states (key, name, available, built_in)
  VALUES ('active', 'Active', true, true), ('inactive', 'Inactive', false, true);
  ALTER TABLE agents ADD CONSTRAINT agents_state_fkey FOREIGN KEY (state) REFERENCES agent_states;
  ALTER TABLE agent_state_intervals ADD CONSTRAINT agent_state_intervals_forward CHECK (ended_at > began_at);`;
