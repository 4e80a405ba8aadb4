import { IdSource, isId, newId } from './id.js';

it('makes ids that are unique and grow, also within a millisecond', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  expect(ids.every(isId)).toBe(true);
  expect(ids.every((id) => id[14] === '7' && '89ab'.includes(id[19]!))).toBe(true);
});

it('tells the time it was made', () => {
  // One of its own: the process's ids go on from the latest time that any clock of its tests has shown.
  const made = Number.parseInt(new IdSource().next().replaceAll('-', '').slice(0, 12), 16);
  expect(Math.abs(made - Date.now())).toBeLessThan(1_000);
});
