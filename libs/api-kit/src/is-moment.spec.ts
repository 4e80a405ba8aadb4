import { validateSync } from 'class-validator';
import { IsMoment, IsZonedMoment } from './is-moment.js';

class Asked {
  @IsMoment()
  at: unknown;
}

class AskedWithZone {
  @IsZonedMoment()
  at: unknown;
}

const isMoment = (at: unknown) => validateSync(Object.assign(new Asked(), { at })).length === 0;

it.each([
  '2026-11-22T10:00:00.000Z',
  '2026-11-22T10:00:00+01:00',
  '2026-11-22',
  '2024-02-29T10:00Z',
  '2026-11-22t10:00:00z',
])('takes %s', (at) => {
  expect(isMoment(at)).toBe(true);
});

it.each([
  '0000-01-01',
  '-000001-01-01',
  '+2026-01-01',
  '2026-11-22T10:00:00+16:00',
  '2026-11-22T10:00:00-23:59',
  '2026-11-22T10:00:00+1600',
  '2026-11-22T10:00:00+16',
  '2026-02-29T10:00Z',
  '2026-11-22T10:00:00+01:99',
  '2026-11',
  '2026',
  '2026-11-22 10:00:00+16:00',
  '2026-11-22T10:00:00,5Z',
])('refuses %s, which the database would not take', (at) => {
  expect(isMoment(at)).toBe(false);
});

it.each(['2026-11-22T10:00:00', '2026-11-22', '2026-02-31T10:00:00Z', '0000-01-01T00:00:00Z', '2026-11-22T23:59:60Z'])(
  'refuses %s where the zone must be told',
  (at) => {
    const [error] = validateSync(Object.assign(new AskedWithZone(), { at }));
    expect(error?.constraints?.isZonedMoment).toBe('at must be a time with its zone, like 2026-11-22T10:00:00.000Z');
  },
);

it('takes a time that tells its zone', () => {
  expect(validateSync(Object.assign(new AskedWithZone(), { at: '2026-11-22T12:00:00+02:00' }))).toEqual([]);
});
