import fc from 'fast-check';
import type { Outcome } from './outcome.js';
import { totalsOf } from './totals.js';

const entry = fc.record({
  channel: fc.record({ id: fc.constantFrom('a', 'b', 'c') }),
  outcome: fc.constantFrom<Outcome>('stored', 'ignored', 'refused', 'quarantined'),
});

it('what was received is what became of it, for every channel and any mix of new and repeated events', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ entry, isFresh: fc.boolean() })), (events) => {
      const fresh = events.filter(({ isFresh }) => isFresh).map(({ entry: one }) => one);
      const totals = totalsOf(
        events.map(({ entry: one }) => one),
        fresh,
      );
      for (const { received, stored, duplicate, ignored, refused, quarantined } of totals) {
        expect(received).toBe(stored + duplicate + ignored + refused + quarantined);
      }
      expect(totals.reduce((sum, { received }) => sum + received, 0)).toBe(events.length);
    }),
  );
});
