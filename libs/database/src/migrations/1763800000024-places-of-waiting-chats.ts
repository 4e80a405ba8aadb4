import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Chats that one of ours began and gave back had no place among those that wait. */
export class PlacesOfWaitingChats1763800000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE chats c SET waiting_since = coalesce(
        (SELECT max(o.ended_at) FROM chat_ownerships o WHERE o.chat_id = c.id), c.opened_at)
      WHERE c.status = 'waiting' AND c.waiting_since IS NULL`);
  }

  async down(): Promise<void> {
    // A chat that waits since some time is as well known before.
  }
}
