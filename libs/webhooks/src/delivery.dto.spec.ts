import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ReplayDto } from './delivery.dto.js';

const faultsIn = (from: unknown) =>
  validateSync(plainToInstance(ReplayDto, { from, until: '2026-11-22T12:00:00Z' })).map(({ property }) => property);

it.each(['2026-11-22T10:00:00.000Z', '2026-11-22T10:00:00+01:00', '2026-11-22'])('replays from %s', (from) => {
  expect(faultsIn(from)).toEqual([]);
});

it.each(['2026-W47', '2026-326', '2026-11-22T10', '20261122T100000Z', '2026-02-30', 'yesterday', 1, null, undefined])(
  'refuses %s, from which nothing would be replayed',
  (from) => {
    expect(faultsIn(from)).toEqual(['from']);
  },
);
