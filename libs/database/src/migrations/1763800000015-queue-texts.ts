import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a queue says by itself when a chat begins and when it ends. */
export class QueueTexts1763800000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(QUEUE_TEXTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE due_texts;
      ALTER TABLE queues DROP COLUMN greeting_text, DROP COLUMN closing_text`);
  }
}

const QUEUE_TEXTS = `
  ALTER TABLE queues ADD COLUMN greeting_text text, ADD COLUMN closing_text text;

  -- A row is there from the commit that opens or closes the chat to the one that puts the text among its messages.
  CREATE TABLE due_texts (
    id uuid PRIMARY KEY,
    chat_id uuid NOT NULL REFERENCES chats,
    kind text NOT NULL CHECK (kind IN ('greeting', 'closing')),
    text text NOT NULL,
    due_at timestamptz NOT NULL
  );
  CREATE INDEX due_texts_chat ON due_texts (chat_id);`;
