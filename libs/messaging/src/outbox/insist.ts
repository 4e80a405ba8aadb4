import { setTimeout as pauseFor } from 'node:timers/promises';

/**
 * The network's answer is known: a database that restarts just now must not make it forgotten. Somebody who waits for the
 * end is told the failure after `withinMs`: one that took so long to fail is not asked again.
 */
export async function insist<T>(work: () => Promise<T>, withinMs = Infinity): Promise<T> {
  const began = performance.now();
  for (const pause of [100, 500, 1_000, 2_000, 4_000]) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() - began > withinMs) throw error;
      await pauseFor(pause);
    }
  }
  return work();
}
