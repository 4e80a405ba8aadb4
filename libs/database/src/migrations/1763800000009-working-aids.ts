import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What helps an agent at work: actions that are run, tags, drafts, quick replies, who else is looking. */
export class WorkingAids1763800000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACTIONS);
    await runner.query(TAGS);
    await runner.query(DRAFTS);
    await runner.query(QUICK_REPLIES);
    await runner.query(PRESENCE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE chat_presence, quick_reply_queues, quick_replies, chat_drafts, chat_tags, tags, action_runs;
      ALTER TABLE actions DROP COLUMN secret, DROP COLUMN previous_secret, DROP COLUMN previous_until`);
  }
}

const ACTIONS = `
  ALTER TABLE actions
    ADD COLUMN secret text,
    ADD COLUMN previous_secret text,
    ADD COLUMN previous_until timestamptz;
  COMMENT ON COLUMN actions.secret IS 'what its calls are signed with, sealed with the key ring; null = none was made yet';

  -- Outlives its action, so it carries its name. Without a chat: somebody tried the action out.
  CREATE TABLE action_runs (
    id uuid PRIMARY KEY,
    action_id uuid NOT NULL,
    caption text NOT NULL,
    chat_id uuid REFERENCES chats,
    queue_id uuid REFERENCES queues,
    by_kind text NOT NULL CHECK (by_kind IN ('user', 'key')),
    by_id uuid NOT NULL,
    by_name text NOT NULL,
    requested_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'succeeded', 'failed')),
    http_status int,
    code text,
    sentence text,
    seq int,
    finished_at timestamptz,
    CHECK ((status = 'running') = (finished_at IS NULL))
  );
  COMMENT ON COLUMN action_runs.seq IS 'the system line that tells the result';
  CREATE INDEX action_runs_of_action ON action_runs (action_id, id);
  CREATE INDEX action_runs_of_chat ON action_runs (chat_id, id) WHERE chat_id IS NOT NULL;`;

const TAGS = `
  CREATE TABLE tags (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    color text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX tags_name ON tags (lower(name));

  CREATE TABLE chat_tags (
    chat_id uuid NOT NULL REFERENCES chats,
    tag_id uuid NOT NULL REFERENCES tags ON DELETE CASCADE,
    tagged_at timestamptz NOT NULL,
    tagged_by uuid REFERENCES users,
    PRIMARY KEY (chat_id, tag_id)
  );
  COMMENT ON COLUMN chat_tags.tagged_by IS 'null: a program';
  -- Chats of a tag, newest first: their ids grow with time.
  CREATE INDEX chat_tags_of_tag ON chat_tags (tag_id, chat_id DESC);`;

const DRAFTS = `
  -- version is another one with every write and never comes back, so that what was sent removes only what it was made of.
  CREATE TABLE chat_drafts (
    chat_id uuid NOT NULL REFERENCES chats,
    user_id uuid NOT NULL REFERENCES users,
    text text NOT NULL,
    version uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (chat_id, user_id)
  );`;

const QUICK_REPLIES = `
  CREATE TABLE quick_replies (
    id uuid PRIMARY KEY,
    owner_id uuid REFERENCES users,
    shortcut text NOT NULL,
    texts jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  COMMENT ON COLUMN quick_replies.owner_id IS 'null: everybody''s';
  COMMENT ON COLUMN quick_replies.texts IS 'list of language and text; the first is for every other language';
  -- "C": a prefix is a range.
  CREATE UNIQUE INDEX quick_replies_shared ON quick_replies (shortcut COLLATE "C") WHERE owner_id IS NULL;
  CREATE UNIQUE INDEX quick_replies_of_owner ON quick_replies (owner_id, shortcut COLLATE "C") WHERE owner_id IS NOT NULL;

  CREATE TABLE quick_reply_queues (
    quick_reply_id uuid NOT NULL REFERENCES quick_replies ON DELETE CASCADE,
    queue_id uuid NOT NULL REFERENCES queues,
    PRIMARY KEY (quick_reply_id, queue_id)
  );`;

const PRESENCE = `
  -- True for seconds only: nothing of it is written ahead, and a crash of the database empties it.
  CREATE UNLOGGED TABLE chat_presence (
    chat_id uuid NOT NULL,
    user_id uuid NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (chat_id, user_id)
  ) WITH (fillfactor = 50);`;
