/** How often a test repeats what may go wrong: few rounds in every run, many with PARLEY_TEST_ROUNDS=full. */
export function rounds(few: number, many: number): number {
  return process.env.PARLEY_TEST_ROUNDS === 'full' ? many : few;
}
