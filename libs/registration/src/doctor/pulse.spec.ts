import { type Pulse, pulseAfter, unusualSilence } from './pulse.js';

const hour = (hours: number) => new Date(Date.UTC(2026, 10, 1) + hours * 3_600_000);

/** Checked every hour for so many hours; `busy` says in which of them something arrives. */
function watched(hours: number, busy: (hour: number) => boolean): Pulse {
  let pulse = pulseAfter(undefined, 0, hour(0));
  for (let at = 1; at <= hours; at++) pulse = pulseAfter(pulse, pulse.received + (busy(at) ? 3 : 0), hour(at));
  return pulse;
}

const officeHours = (at: number) => at % 24 >= 9 && at % 24 < 17 && Math.floor(at / 24) % 7 < 5;

test('a shop that sleeps at night and at weekends is not missed at night or at a weekend', () => {
  const pulse = watched(28 * 24, officeHours);
  const monday = 28 * 24;
  expect(unusualSilence(pulse, hour(monday + 8))).toBeUndefined();
  expect(unusualSilence(pulse, hour(monday + 30))).toBeUndefined();
  expect(unusualSilence(pulse, hour(monday + 100))).toBeGreaterThan(100);
});

test('where something arrives every hour half a day of silence is unusual', () => {
  const pulse = watched(20 * 24, () => true);
  expect(unusualSilence(pulse, hour(20 * 24 + 11))).toBeUndefined();
  expect(unusualSilence(pulse, hour(20 * 24 + 13))).toBe(13);
});

test('a channel that is new has no habit yet', () => {
  expect(
    unusualSilence(
      watched(5 * 24, () => true),
      hour(6 * 24),
    ),
  ).toBeUndefined();
});

test('a long silence of last month is forgotten', () => {
  const pulse = watched(60 * 24, (at) => at < 24 || at > 10 * 24);
  expect(unusualSilence(pulse, hour(60 * 24 + 14))).toBe(14);
});
