import { setTimeout as pauseFor } from 'node:timers/promises';
import { insist } from './insist.js';

function failing(times: number, afterMs: number) {
  let tries = 0;
  return {
    tries: () => tries,
    work: async () => {
      tries += 1;
      await pauseFor(afterMs);
      if (tries <= times) throw new Error(`try ${tries}`);
      return 'done';
    },
  };
}

it('a passing failure is not the end', async () => {
  const { work, tries } = failing(2, 1);
  expect(await insist(work)).toBe('done');
  expect(tries()).toBe(3);
});

it('where somebody waits, what took long to fail is their answer', async () => {
  const { work, tries } = failing(1, 60);
  await expect(insist(work, 50)).rejects.toThrow('try 1');
  expect(tries()).toBe(1);
});
