import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Chats, their messages on the way in and out, and the event log. */
export class FirstChats1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CHATS);
    await runner.query(MESSAGING);
    await runner.query(EVENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE events, outbox_lanes, unclaimed_events, ledger_totals, ledger, raw_bodies, messages, chat_positions,
        chat_ownerships, chats`);
  }
}

const CHATS = `
  -- No index on a column that every message changes: updates stay heap-only.
  CREATE TABLE chats (
    id uuid PRIMARY KEY,
    channel_id uuid NOT NULL REFERENCES channels,
    identity_id uuid NOT NULL REFERENCES identities,
    queue_id uuid NOT NULL REFERENCES queues,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'in_progress', 'closed')),
    agent_id uuid REFERENCES users,
    previous_chat_id uuid REFERENCES chats,
    opened_at timestamptz NOT NULL,
    waiting_since timestamptz,
    accepted_at timestamptz,
    closed_at timestamptz,
    closed_by uuid REFERENCES users,
    close_reason text,
    last_seq int NOT NULL DEFAULT 0,
    inbound_count int NOT NULL DEFAULT 0,
    team_position int NOT NULL DEFAULT 0,
    last_message_preview text,
    last_message_direction text,
    last_message_at timestamptz,
    last_inbound_at timestamptz,
    CHECK ((status = 'in_progress') = (agent_id IS NOT NULL AND closed_at IS NULL)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
  ) WITH (fillfactor = 80);
  CREATE UNIQUE INDEX chats_open ON chats (identity_id, channel_id) WHERE status <> 'closed';
  CREATE INDEX chats_of_agent ON chats (agent_id) WHERE status = 'in_progress';
  CREATE INDEX chats_waiting ON chats (queue_id, waiting_since, id) WHERE status = 'waiting';
  CREATE INDEX chats_closed ON chats (closed_at, id) WHERE status = 'closed';
  CREATE INDEX chats_closed_of_agent ON chats (agent_id, closed_at, id) WHERE status = 'closed';
  CREATE INDEX chats_closed_of_queue ON chats (queue_id, closed_at, id) WHERE status = 'closed';
  CREATE INDEX chats_closed_of_channel ON chats (channel_id, closed_at, id) WHERE status = 'closed';
  CREATE INDEX chats_of_queue ON chats (queue_id, id);
  CREATE INDEX chats_of_channel ON chats (channel_id, id);
  CREATE INDEX chats_of_identity ON chats (identity_id, opened_at);

  CREATE TABLE chat_ownerships (
    chat_id uuid NOT NULL REFERENCES chats,
    agent_id uuid NOT NULL REFERENCES users,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (chat_id, began_at)
  );
  CREATE UNIQUE INDEX chat_ownerships_current ON chat_ownerships (chat_id) WHERE ended_at IS NULL;

  CREATE TABLE chat_positions (
    chat_id uuid NOT NULL REFERENCES chats,
    user_id uuid NOT NULL REFERENCES users,
    position int NOT NULL,
    PRIMARY KEY (chat_id, user_id)
  );

  -- chat_id carries no foreign key: chats are never deleted while they have messages, every writer holds the chat's
  -- row lock, and the check would cost a tenth of the receiving path.
  CREATE TABLE messages (
    id uuid PRIMARY KEY,
    chat_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    seq int NOT NULL,
    inbound_ordinal int,
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound', 'system')),
    author_kind text NOT NULL CHECK (author_kind IN ('contact', 'agent', 'bot', 'channel', 'system')),
    author_id uuid,
    external_id text,
    text text,
    content jsonb,
    status text CHECK (status IN ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'expired', 'unconfirmed')),
    failure jsonb,
    attempts int,
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz
  );
  COMMENT ON COLUMN messages.content IS 'what only some messages have: attachments, replyTo, choices, choice, referral, unsupported, reactions';
  CREATE UNIQUE INDEX messages_seq ON messages (chat_id, seq);
  CREATE UNIQUE INDEX messages_external ON messages (channel_id, external_id) WHERE external_id IS NOT NULL;
  CREATE INDEX messages_undelivered ON messages (chat_id, seq) WHERE status IN ('queued', 'sending');`;

const MESSAGING = `
  CREATE TABLE raw_bodies (
    id uuid PRIMARY KEY,
    messenger text NOT NULL,
    received_at timestamptz NOT NULL,
    body bytea NOT NULL
  );
  CREATE INDEX raw_bodies_received_at ON raw_bodies (received_at);
  COMMENT ON COLUMN raw_bodies.body IS 'a whole webhook request body, encrypted with the key ring';

  CREATE TABLE ledger (
    channel_id uuid NOT NULL,
    event_key text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('stored', 'ignored', 'refused', 'quarantined')),
    reason text,
    raw_id uuid,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (channel_id, event_key)
  );
  CREATE INDEX ledger_raw ON ledger (raw_id) WHERE raw_id IS NOT NULL;
  CREATE INDEX ledger_quarantined ON ledger (channel_id, received_at) WHERE outcome = 'quarantined';

  -- Sharded by database session so that two nodes receiving for one channel never wait for each other.
  CREATE TABLE ledger_totals (
    channel_id uuid NOT NULL,
    shard int NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    duplicate bigint NOT NULL DEFAULT 0,
    ignored bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    quarantined bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (channel_id, shard)
  ) WITH (fillfactor = 50);

  CREATE TABLE unclaimed_events (
    messenger text NOT NULL,
    source text NOT NULL,
    events bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (messenger, source)
  );

  -- One row per chat with something to deliver. tail_seq grows with every accepted message, so that a deliverer who
  -- wants to remove an empty lane meets a concurrent accept on this row.
  CREATE TABLE outbox_lanes (
    chat_id uuid PRIMARY KEY REFERENCES chats,
    channel_id uuid NOT NULL REFERENCES channels,
    tail_seq int NOT NULL,
    due_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    leased_by uuid,
    leased_until timestamptz
  ) WITH (fillfactor = 50);
  CREATE INDEX outbox_lanes_due ON outbox_lanes (due_at);`;

const EVENTS = `
  -- Read only below pg_snapshot_xmin(pg_current_snapshot()), ordered by (txid, id): ids are drawn before commit.
  CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type text NOT NULL,
    at timestamptz NOT NULL,
    chat_id uuid,
    seq int,
    audience jsonb NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (txid, id)
  );`;
