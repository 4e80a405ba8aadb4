import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An agent's chats in the order of what was said in them, for the search: it walks them from the newest on. */
export class SearchHolders1763800000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(HOLDERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE search_holders');
  }
}

const HOLDERS = `
  -- Who holds or held a chat in which something can be found. Only where to look: who may see what is asked of the chats.
  CREATE TABLE search_holders (
    chat_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (chat_id, agent_id)
  );
  COMMENT ON COLUMN search_holders.first_at IS 'no message of the chat that can be found is older';
  COMMENT ON COLUMN search_holders.last_at IS 'no message of the chat that can be found is newer';
  INSERT INTO search_holders (chat_id, agent_id, first_at, last_at)
  SELECT s.chat_id, h.agent_id, s.first_at, s.last_at
  FROM (SELECT chat_id, min(at) AS first_at, max(at) AS last_at FROM search_messages GROUP BY chat_id) AS s
  JOIN (
    SELECT id AS chat_id, agent_id FROM chats WHERE agent_id IS NOT NULL
    UNION SELECT chat_id, agent_id FROM chat_ownerships
  ) AS h ON h.chat_id = s.chat_id;
  CREATE INDEX search_holders_order ON search_holders (agent_id, last_at, chat_id) INCLUDE (first_at);`;
