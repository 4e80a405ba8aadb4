import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the first house, room by room. Foreign keys point along the arrows of the rooms. */
export class FirstHouse1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(HOUSE);
    await runner.query(IDENTITY);
    await runner.query(QUEUES);
    await runner.query(CHANNELS);
    await runner.query(CONTACTS);
    await runner.query(CHATS);
    await runner.query(MESSAGING);
    await runner.query(EVENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE events, outbox_lanes, unclaimed_events, ledger_totals, ledger, raw_bodies, messages, chat_positions,
        chat_ownerships, chats, identities, contacts, channels, action_queues, actions, agent_queue_loads,
        agent_state_intervals, agents, queue_agents, queues, api_keys, refresh_tokens, sessions, users,
        idempotency_keys, leases, settings`);
  }
}

const HOUSE = `
  -- Facts about this installation: the key ring's fingerprint, the event log's epoch, webhook keys of messenger apps.
  CREATE TABLE settings (
    name text PRIMARY KEY,
    value jsonb NOT NULL
  );

  -- Who of the fleet does what only one may do; by the database's clock.
  CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    fence bigint NOT NULL,
    until timestamptz NOT NULL
  );

  CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status int,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, route, key)
  );
  CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);`;

const IDENTITY = `
  CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'supervisor', 'agent')),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX users_email ON users (lower(email));

  CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text
  );
  CREATE INDEX sessions_user ON sessions (user_id);

  CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    issued_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
  );
  CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

  CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    role text NOT NULL CHECK (role IN ('admin', 'supervisor', 'agent')),
    created_by uuid REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz
  );`;

const QUEUES = `
  -- A deleted queue stays for the history of its closed chats, with live = false. Channels refer to (id, live), so that
  -- no channel can use or take a deleted one, whatever races.
  CREATE TABLE queues (
    id uuid PRIMARY KEY,
    live boolean NOT NULL DEFAULT true,
    name text NOT NULL,
    routing_rule text NOT NULL DEFAULT 'everyone',
    agent_limit int NOT NULL DEFAULT 5 CHECK (agent_limit > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, live)
  );
  CREATE UNIQUE INDEX queues_name ON queues (lower(name)) WHERE live;

  CREATE TABLE queue_agents (
    queue_id uuid NOT NULL REFERENCES queues ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users,
    PRIMARY KEY (queue_id, user_id)
  );
  CREATE INDEX queue_agents_user ON queue_agents (user_id);

  -- An agent's state and load. The row is made with the first membership or state; open_chats is raised and lowered
  -- in the transaction that assigns or closes, never counted.
  CREATE TABLE agents (
    user_id uuid PRIMARY KEY REFERENCES users,
    state text NOT NULL DEFAULT 'inactive',
    available boolean NOT NULL DEFAULT false,
    chat_limit int NOT NULL DEFAULT 5 CHECK (chat_limit > 0),
    open_chats int NOT NULL DEFAULT 0 CHECK (open_chats >= 0),
    last_accept_at timestamptz,
    state_changed_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE agent_queue_loads (
    user_id uuid NOT NULL REFERENCES agents,
    queue_id uuid NOT NULL REFERENCES queues ON DELETE CASCADE,
    open_chats int NOT NULL DEFAULT 0 CHECK (open_chats >= 0),
    PRIMARY KEY (user_id, queue_id)
  );

  CREATE TABLE agent_state_intervals (
    user_id uuid NOT NULL REFERENCES users,
    state text NOT NULL,
    available boolean NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (user_id, began_at)
  );
  CREATE UNIQUE INDEX agent_state_intervals_current ON agent_state_intervals (user_id) WHERE ended_at IS NULL;

  CREATE TABLE actions (
    id uuid PRIMARY KEY,
    caption text NOT NULL,
    url text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE action_queues (
    action_id uuid NOT NULL REFERENCES actions ON DELETE CASCADE,
    queue_id uuid NOT NULL REFERENCES queues ON DELETE CASCADE,
    PRIMARY KEY (action_id, queue_id)
  );
  CREATE INDEX action_queues_queue ON action_queues (queue_id);`;

const CHANNELS = `
  CREATE TABLE channels (
    id uuid PRIMARY KEY,
    messenger text NOT NULL,
    source text NOT NULL,
    name text NOT NULL,
    queue_id uuid NOT NULL,
    queue_live boolean NOT NULL DEFAULT true CHECK (queue_live),
    language text NOT NULL DEFAULT 'en',
    active boolean NOT NULL DEFAULT true,
    health text NOT NULL DEFAULT 'ok',
    health_detail text,
    webhook_key text UNIQUE,
    secrets jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (messenger, source),
    FOREIGN KEY (queue_id, queue_live) REFERENCES queues (id, live)
  );
  CREATE INDEX channels_queue ON channels (queue_id);
  COMMENT ON COLUMN channels.secrets IS 'field name → value encrypted with AES-256-GCM, row and field as additional data';`;

const CONTACTS = `
  CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    name text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE identities (
    id uuid PRIMARY KEY,
    messenger text NOT NULL,
    scope text NOT NULL,
    external_id text NOT NULL,
    -- Deferred: the identity decides who was first, its contact follows in the same transaction.
    contact_id uuid REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    name text,
    profile_fetched_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (messenger, scope, external_id)
  );
  CREATE INDEX identities_contact ON identities (contact_id);`;

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
  CREATE UNIQUE INDEX chats_open ON chats (channel_id, identity_id) WHERE status <> 'closed';
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
