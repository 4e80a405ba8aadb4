/** Waits until `look` gives something other than undefined or false; fails with the last error or answer after `withinMs`. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 30_000,
  what = 'the expected state',
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${withinMs} ms for ${what} in vain`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
