import type { Client } from 'pg';
import { EPHEMERAL_CHANNEL } from '../ephemeral-events.js';

export const WAKE_CHANNEL = 'parley_events';

/** May be repeated: a sign of life, too. */
export async function listen(client: Client): Promise<void> {
  await client.query(`LISTEN ${WAKE_CHANNEL}; LISTEN ${EPHEMERAL_CHANNEL}`);
}

/** There is something new in the log; `node` knows it already. */
export async function tellOthers(client: Client, node: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [WAKE_CHANNEL, node]);
}
