import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events on their way to other programs. */
export class Webhooks1763800000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(WEBHOOKS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_deliveries, webhook_endpoints, webhook_cursor');
  }
}

const WEBHOOKS = `
  CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL DEFAULT '',
    types text[] NOT NULL DEFAULT '{}',
    secret text NOT NULL,
    previous_secret text,
    previous_until timestamptz,
    active boolean NOT NULL DEFAULT true,
    active_since timestamptz NOT NULL DEFAULT now(),
    disabled_reason text CHECK (disabled_reason IN ('gone', 'failing')),
    failing_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  );

  -- Up to where the event log was turned into deliveries. One row: whoever moves it has written what lay behind it.
  CREATE TABLE webhook_cursor (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch text,
    txid text NOT NULL DEFAULT '0',
    id text NOT NULL DEFAULT '0'
  );
  INSERT INTO webhook_cursor DEFAULT VALUES;

  -- An event for an endpoint, with the bytes it gets: the same at every attempt. event_number is the log's; a test has none.
  CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    event_number bigint,
    event_id text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    -- While an attempt is under way: when it counts as lost.
    due_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    attempted_at timestamptz,
    status int,
    error text,
    UNIQUE (endpoint_id, event_number)
  );
  CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE state = 'pending';
  CREATE INDEX webhook_deliveries_log ON webhook_deliveries (endpoint_id, id);
  CREATE INDEX webhook_deliveries_done ON webhook_deliveries (created_at) WHERE state <> 'pending';`;
