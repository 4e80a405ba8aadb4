import type { Tx } from '#database';
import { holdSession } from '../session/session.repository.js';
import { holdUser } from '../user/user.repository.js';
import { unauthenticated } from './access.guard.js';
import type { Caller } from './caller.js';

/**
 * For what must not outlast a person's presence: until the transaction ends they neither sign out nor are deactivated. Problem 401 where
 * they did, which a node may not know for some seconds. Ask it first: whoever ends sessions locks in this order too.
 */
export async function holdCaller(tx: Tx, { id, sessionId }: Caller): Promise<void> {
  if (!(await holdUser(tx, id)) || (sessionId !== undefined && !(await holdSession(tx, sessionId)))) {
    throw unauthenticated();
  }
}
