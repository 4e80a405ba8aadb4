import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { IsMoment, isMoment } from './is-moment.js';

class Asked {
  @IsMoment()
  at: unknown;
}

function faultOf(at: unknown): string | undefined {
  const [error] = validateSync(plainToInstance(Asked, { at }));
  return error?.constraints?.isMoment;
}

it.each([
  '2026-11-22T10:00:00.000Z',
  '2026-11-22T10:00:00+01:00',
  '2026-11-22T12:00:00+02:00',
  '2024-02-29T10:00Z',
  '2026-11-22t10:00:00z',
])('takes %s as it is', (at) => {
  expect(faultOf(at)).toBeUndefined();
  expect(plainToInstance(Asked, { at }).at).toBe(at);
});

it('takes a day for its first moment in UTC, wherever the server stands', () => {
  expect(faultOf('2026-11-22')).toBeUndefined();
  expect(plainToInstance(Asked, { at: '2026-11-22' }).at).toBe('2026-11-22T00:00:00.000Z');
});

it.each([
  '0000-01-01',
  '-000001-01-01',
  '+2026-01-01',
  '2026-11-22T10:00:00+16:00',
  '2026-11-22T10:00:00-23:59',
  '2026-11-22T10:00:00+1600',
  '2026-11-22T10:00:00+16',
  '2026-02-29',
  '2026-02-29T10:00Z',
  '2026-02-31T10:00:00Z',
  '2026-11-22T10:00:00+01:99',
  '2026-11-22T23:59:60Z',
  '2026-11',
  '2026',
  '2026-11-22 10:00:00+16:00',
  '2026-11-22T10:00:00,5Z',
  7,
  null,
])('refuses %s, which the database would not take', (at) => {
  expect(isMoment(at)).toBe(false);
  expect(faultOf(at)).toBeDefined();
});

it.each(['2026-11-22T10:00:00', '2026-11-22T10:00', '2026-11-22T10:00:00.000'])(
  'refuses %s, which is another moment on every server',
  (at) => {
    expect(faultOf(at)).toBe('at must be a time with its zone, like 2026-11-22T10:00:00.000Z, or a day');
  },
);
