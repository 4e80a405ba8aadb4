import { Histogram, Registry } from 'prom-client';
import { Durations } from './durations.js';

const [NAME, HELP, BOUNDS] = ['call_seconds', 'How long calls take', [0.001, 0.01, 1]] as const;

test('says the same as the library’s histogram of the same values', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const durations = new Durations(NAME, HELP, BOUNDS, ours);
  const histogram = new Histogram({ name: NAME, help: HELP, buckets: [...BOUNDS], registers: [theirs] });
  for (const value of [0, 0.0005, 0.001, 0.0010001, 0.01, 0.5, 1, 1.5, 60]) {
    durations.observe(value);
    histogram.observe(value);
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
  expect(await ours.metrics()).toContain('call_seconds_bucket{le="+Inf"} 9');
});
