import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Fewer indexes on chats, each for several lists: an open chat has no closing time, a closed one keeps its place. */
export class ChatLists1763800000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX chats_closed, chats_closed_of_agent, chats_closed_of_queue, chats_closed_of_channel, chats_of_agent,
        chats_of_queue, chats_of_channel;
      CREATE INDEX chats_by_closing ON chats (closed_at, id);
      CREATE INDEX chats_of_queue ON chats (queue_id, closed_at, id);
      CREATE INDEX chats_of_channel ON chats (channel_id, closed_at, id);
      CREATE INDEX chats_of_agent ON chats (agent_id, closed_at, id) WHERE agent_id IS NOT NULL;
      CREATE INDEX chat_ownerships_left ON chat_ownerships (agent_id, ended_at, chat_id) WHERE ended_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX chat_ownerships_left, chats_of_agent, chats_of_channel, chats_of_queue, chats_by_closing;
      CREATE INDEX chats_of_agent ON chats (agent_id) WHERE status = 'in_progress';
      CREATE INDEX chats_closed ON chats (closed_at, id) WHERE status = 'closed';
      CREATE INDEX chats_closed_of_agent ON chats (agent_id, closed_at, id) WHERE status = 'closed';
      CREATE INDEX chats_closed_of_queue ON chats (queue_id, closed_at, id) WHERE status = 'closed';
      CREATE INDEX chats_closed_of_channel ON chats (channel_id, closed_at, id) WHERE status = 'closed';
      CREATE INDEX chats_of_queue ON chats (queue_id, id);
      CREATE INDEX chats_of_channel ON chats (channel_id, id)`);
  }
}
