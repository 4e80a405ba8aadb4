import type { Database } from '#database';

const NOTIFY = { name: 'events-notify', text: 'SELECT pg_notify($1, $2)' };

/** Tells every node that listens on this channel, in a transaction of its own. */
export async function announce(database: Database, channel: string, payload: string): Promise<void> {
  await database.row(NOTIFY, [channel, payload]);
}
