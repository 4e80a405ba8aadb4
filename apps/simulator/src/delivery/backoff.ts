/**
 * Milliseconds to wait after this many failures: none after the first, then `baseMs`, doubled up to `capMs`; or what the
 * receiver asked for, in seconds.
 */
export function backoff(
  pace: { readonly baseMs: number; readonly capMs: number },
  failures: number,
  retryAfter?: number,
): number {
  if (retryAfter !== undefined) return retryAfter * 1_000;
  return failures <= 1 ? 0 : Math.min(pace.baseMs * 2 ** (failures - 2), pace.capMs);
}
