import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A chat's row is changed by its first message in the transaction that wrote it, an identity's by its name a moment later.
 * Where there is no room beside it the row goes elsewhere, and through all indexes. Holds for pages that are filled from now on.
 */
export class RoomBesideNewRows1763800000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE chats SET (fillfactor = 45)');
    await runner.query('ALTER TABLE identities SET (fillfactor = 60)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE chats SET (fillfactor = 80)');
    await runner.query('ALTER TABLE identities RESET (fillfactor)');
  }
}
