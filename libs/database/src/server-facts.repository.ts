import type { Database } from './database.js';

/** False on a standby, and where the database is set to read-only. Rejects when it does not answer. */
export async function takesWrites(database: Database): Promise<boolean> {
  const found = await database.row<{ is: boolean }>(`SELECT NOT current_setting('transaction_read_only')::bool AS is`);
  return found?.is === true;
}

/** How many connections of our user the server lets in at once, those of other programs among them. */
export async function roomForConnections(database: Database): Promise<number> {
  const found = await database.row<{ room: number }>(
    // reserved_connections came with PostgreSQL 16. A limit of -1 is none.
    `SELECT least(
       current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0 ELSE
         current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true)::int, 0) END,
       nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1)) AS room
     FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()`,
  );
  return found?.room ?? Infinity;
}
