/** Who has waited long can wait a little longer: looking costs the servers under test as much as it costs us. */
const PATIENCE = 0.1;
const [SHORTEST_MS, LONGEST_MS] = [20, 250];

/** Waits until `look` gives something other than undefined or false; fails with the last error or answer after `withinMs`. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 30_000,
  what = 'the expected state',
): Promise<T> {
  const began = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    const waited = performance.now() - began;
    if (waited > withinMs) {
      throw new Error(`Waited ${withinMs} ms for ${what} in vain`, { cause: last });
    }
    const pause = Math.min(Math.max(waited * PATIENCE, SHORTEST_MS), LONGEST_MS, withinMs - waited + 1);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
