/** How often a test repeats what may go wrong: few rounds in every run, many with PARLEY_TEST_ROUNDS=full. */
export function rounds(few: number, many: number): number {
  return process.env.PARLEY_TEST_ROUNDS === 'full' ? many : few;
}

/**
 * At most how long something that should take `ms` may take: with PARLEY_TEST_TIMING=strict, on a machine that does
 * nothing else, a tenth longer; otherwise the machine may be busy, and what counts is that nothing comes too early.
 */
export function withSlack(ms: number): number {
  return ms * (process.env.PARLEY_TEST_TIMING === 'strict' ? 1.1 : 5);
}
