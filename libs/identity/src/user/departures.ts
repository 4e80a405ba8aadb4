import type { Tx } from '#database';

/**
 * Somebody leaves: they sign out, or are deactivated. What else ends with that only the rooms above know; one of them
 * provides this port.
 */
export abstract class Departures {
  /** In the transaction that ends the session or deactivates the user, at its end. */
  abstract left(tx: Tx, userId: string): Promise<void>;
}
