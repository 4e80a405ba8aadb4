import { BriefCache } from './brief-cache.js';

it('lets callers of the same moment share one look-up', async () => {
  const cache = new BriefCache<number>(60_000);
  let looks = 0;
  const look = () => Promise.resolve(++looks);
  expect(await Promise.all([cache.get('a', look), cache.get('a', look), cache.get('b', look)])).toEqual([1, 1, 2]);
  expect(await cache.get('a', look)).toBe(1);
});

it('looks again when the time is over', async () => {
  const cache = new BriefCache<number>(0);
  expect(await cache.get('a', () => Promise.resolve(1))).toBe(1);
  expect(await cache.get('a', () => Promise.resolve(2))).toBe(2);
});

it('does not remember a failure', async () => {
  const cache = new BriefCache<number>(60_000);
  await expect(cache.get('a', () => Promise.reject(new Error('database away')))).rejects.toThrow('database away');
  expect(await cache.get('a', () => Promise.resolve(2))).toBe(2);
});

it('forgets the oldest when it is full', async () => {
  const cache = new BriefCache<number>(60_000, 2);
  for (const key of ['a', 'b', 'c']) await cache.get(key, () => Promise.resolve(1));
  expect(await cache.get('c', () => Promise.resolve(2))).toBe(1);
  expect(await cache.get('a', () => Promise.resolve(2))).toBe(2);
});

it('does not keep an answer that was on its way when it was told to forget', async () => {
  const cache = new BriefCache<string>(60_000);
  const old = cache.get('a', () => Promise.resolve('old'));
  cache.clear();
  expect(await old).toBe('old');
  expect(await cache.get('a', () => Promise.resolve('new'))).toBe('new');
});
