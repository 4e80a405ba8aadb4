import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where a name is told while nobody holds a chat there is nothing to copy. To find that out by the statement that copies took
 * longer than all else a new person's name costs: it is planned for each of them, twice.
 */
export class NothingHeld1763800000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(copying('IF cardinality(held) = 0 THEN RETURN; END IF;'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(copying(''));
  }
}

const copying = (first: string) => `
  CREATE OR REPLACE FUNCTION copy_to_held_chats(held uuid[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    ${first}
    PERFORM FROM chats WHERE id = ANY (held) ORDER BY id FOR NO KEY UPDATE;
    UPDATE chats c SET agent_position = o.position, contact_id = o.contact_id, contact_name = o.name, blocked_since = o.since
    FROM (
      SELECT h.id, p.position, i.contact_id, coalesce(co.name, i.name) AS name,
        CASE WHEN b.blocked_at > coalesce(b.unblocked_at, '-infinity') THEN b.blocked_at END AS since
      FROM chats h
      JOIN identities i ON i.id = h.identity_id
      LEFT JOIN contacts co ON co.id = i.contact_id
      LEFT JOIN channel_identities b ON b.identity_id = h.identity_id AND b.channel_id = h.channel_id
      LEFT JOIN chat_positions p ON p.chat_id = h.id AND p.user_id = h.agent_id
      WHERE h.id = ANY (held)
    ) o
    WHERE c.id = o.id AND c.status = 'in_progress' AND (c.agent_position, c.contact_id, c.contact_name, c.blocked_since)
      IS DISTINCT FROM (o.position, o.contact_id, o.name, o.since);
  END $$`;
