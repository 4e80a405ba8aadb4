import { periodOf } from './period.js';

const days = { from: '2026-01-01', to: '2026-12-31' };

it('takes up to 366 days, in UTC and by day unless said otherwise', () => {
  expect(periodOf(days)).toEqual({ ...days, timeZone: 'UTC', unit: 'day' });
  expect(periodOf({ from: '2024-01-01', to: '2024-12-31' })).toMatchObject({ to: '2024-12-31' });
});

it.each([
  ['a day that is none', { ...days, from: '2026-02-30' }, '?from'],
  ['no days', { from: '2026-02-02', to: '2026-02-01' }, '?to'],
  ['too many days', { from: '2025-01-01', to: '2026-01-02' }, '?to'],
  ['a place that is none', { ...days, timeZone: 'Europe/Atlantis' }, '?timeZone'],
  ['an offset', { ...days, timeZone: '+03:00' }, '?timeZone'],
  ['anything else', { ...days, timeZone: "UTC'; --" }, '?timeZone'],
])('refuses %s', (_, query, pointer) => {
  try {
    periodOf(query);
    throw new Error('It was taken');
  } catch (error) {
    expect(error).toMatchObject({ statusCode: 422, pointers: [{ pointer }] });
  }
});
