import type { Database } from '#database';

/** Rejects when the database does not answer. */
export async function databaseAnswers(database: Database): Promise<void> {
  await database.rows(`SELECT 1`);
}
