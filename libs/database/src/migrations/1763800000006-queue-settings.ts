import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a queue decides about its chats, offers of waiting chats to agents, and why they were made. */
export class QueueSettings1763800000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SETTINGS);
    await runner.query(OFFERS);
    await runner.query(REASONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE routing_decisions, routing_passes;
      ALTER TABLE queue_agents DROP COLUMN last_offered_at;
      DROP INDEX chats_offered;
      ALTER TABLE chats DROP COLUMN offered_to, DROP COLUMN offered_until;
      ALTER TABLE queues DROP COLUMN offer_seconds, DROP COLUMN silent_agent, DROP COLUMN close_after_minutes,
        DROP COLUMN close_counts_from, DROP COLUMN close_waiting_after_minutes, DROP COLUMN reopen_minutes,
        DROP COLUMN waiting_order, DROP COLUMN prefers_previous_agent`);
  }
}

const SETTINGS = `
  ALTER TABLE queues
    ADD COLUMN offer_seconds int NOT NULL DEFAULT 300 CHECK (offer_seconds > 0),
    ADD COLUMN silent_agent text NOT NULL DEFAULT 'keep' CHECK (silent_agent IN ('keep', 'set_inactive')),
    ADD COLUMN close_after_minutes int CHECK (close_after_minutes > 0),
    ADD COLUMN close_counts_from text NOT NULL DEFAULT 'last_message'
      CHECK (close_counts_from IN ('last_message', 'last_outbound')),
    ADD COLUMN close_waiting_after_minutes int CHECK (close_waiting_after_minutes > 0),
    ADD COLUMN reopen_minutes int CHECK (reopen_minutes > 0),
    ADD COLUMN waiting_order text NOT NULL DEFAULT 'oldest' CHECK (waiting_order IN ('oldest', 'newest')),
    ADD COLUMN prefers_previous_agent boolean NOT NULL DEFAULT false;`;

const OFFERS = `
  -- A waiting chat may stand before one agent until a deadline by the database's clock.
  ALTER TABLE chats
    ADD COLUMN offered_to uuid REFERENCES users,
    ADD COLUMN offered_until timestamptz,
    ADD CONSTRAINT chats_offer CHECK (
      offered_to IS NULL AND offered_until IS NULL
      OR offered_to IS NOT NULL AND offered_until IS NOT NULL AND status = 'waiting');
  -- Few rows: offers never exceed the agents' room. Holds nothing that a message changes.
  CREATE INDEX chats_offered ON chats (offered_to, offered_until) WHERE offered_to IS NOT NULL;

  ALTER TABLE queue_agents ADD COLUMN last_offered_at timestamptz;`;

const REASONS = `
  -- Who let an offer of a chat pass while it waited since then in that queue: asked again after all others.
  CREATE TABLE routing_passes (
    chat_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    waiting_since timestamptz NOT NULL,
    passed_at timestamptz NOT NULL,
    PRIMARY KEY (chat_id, agent_id)
  );

  -- What routing did with a chat, and why; kept for a time.
  CREATE TABLE routing_decisions (
    id bigint GENERATED ALWAYS AS IDENTITY,
    chat_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    rule text NOT NULL,
    agent_id uuid,
    offered_until timestamptz,
    reasons jsonb NOT NULL,
    PRIMARY KEY (chat_id, id)
  );
  CREATE INDEX routing_decisions_at ON routing_decisions (at);
  COMMENT ON COLUMN routing_decisions.reasons IS 'who was considered and in which order, who was not and why: to be shown, never filtered';`;
