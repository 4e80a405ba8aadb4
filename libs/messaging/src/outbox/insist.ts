import { setTimeout as pauseFor } from 'node:timers/promises';

/** The network's answer is known: a database that restarts just now must not make it forgotten. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of [100, 500, 1_000, 2_000, 4_000]) {
    try {
      return await work();
    } catch {
      await pauseFor(pause);
    }
  }
  return work();
}
