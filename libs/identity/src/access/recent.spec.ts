import { setTimeout as after } from 'node:timers/promises';
import { Recent } from './recent.js';

it('asks once for simultaneous and following questions', async () => {
  const recent = new Recent<number>(10_000);
  let asked = 0;
  const ask = () => recent.get('a', () => Promise.resolve(++asked));
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  expect(await ask()).toBe(1);
});

it('asks again when the answer is too old', async () => {
  const recent = new Recent<number>(1);
  let asked = 0;
  const ask = () => recent.get('a', () => Promise.resolve(++asked));
  await ask();
  await after(5);
  expect(await ask()).toBe(2);
});

it('does not remember failures', async () => {
  const recent = new Recent<number>(10_000);
  await expect(recent.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await recent.get('a', () => Promise.resolve(7))).toBe(7);
});

it('does not keep an answer that was on its way when it was told to forget', async () => {
  const recent = new Recent<string>(10_000);
  const old = recent.get('a', () => Promise.resolve('old'));
  recent.clear();
  expect(await old).toBe('old');
  expect(await recent.get('a', () => Promise.resolve('new'))).toBe('new');
});
