import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables below the chats, room by room. Foreign keys point along the arrows of the rooms. */
export class FirstHouse1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(HOUSE);
    await runner.query(IDENTITY);
    await runner.query(QUEUES);
    await runner.query(CHANNELS);
    await runner.query(CONTACTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE identities, contacts, channels, action_queues, actions, agent_queue_loads,
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
