import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { WholeNumberInQuery } from './whole-number.js';

class Asked {
  @WholeNumberInQuery(1, 100)
  limit: unknown;
}

const read = (limit: unknown) => plainToInstance(Asked, { limit });
const isTaken = (limit: unknown) => validateSync(read(limit)).length === 0;

it.each(['1', '7', '100', '007'])('takes %s', (limit) => {
  expect(isTaken(limit)).toBe(true);
  expect(read(limit).limit).toBe(Number(limit));
});

it.each(['0', '101', '-1', '', ' ', ' 7', '0x10', '1e1', '7.0', '7.5', '+7', 'NaN', 'null', '٣', ['1', '2']])(
  'refuses %j',
  (limit) => {
    expect(isTaken(limit)).toBe(false);
  },
);
