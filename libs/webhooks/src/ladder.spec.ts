import { pauseAfter, retryAfterMs } from './ladder.js';

it('climbs from seconds to three days, and ends', () => {
  const pauses: number[] = [];
  for (let attempts = 1; pauseAfter(attempts, 0, 0.5) !== undefined; attempts++)
    pauses.push(pauseAfter(attempts, 0, 0.5)!);
  expect(pauses[0]).toBe(5_000);
  expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  const days = pauses.reduce((sum, pause) => sum + pause) / 86_400_000;
  expect(days).toBeGreaterThan(2.9);
  expect(days).toBeLessThan(3.1);
});

it('spreads, and waits longer where it is asked to, within a day', () => {
  expect([pauseAfter(1, 0, 0), pauseAfter(1, 0, 1)]).toEqual([4_000, 6_000]);
  expect(pauseAfter(1, 60_000)).toBe(60_000);
  expect(pauseAfter(1, 90 * 86_400_000)).toBe(86_400_000);
});

it.each([
  ['120', 120_000],
  ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2020 10:00:30 GMT', 0],
  ['soon', 0],
  [undefined, 0],
])('reads Retry-After: %s', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('2026-11-22T10:00:00Z'))).toBe(ms);
});
