import { ScopedStorage } from './scoped-storage.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('all of a piece of work knows its value to its end, also when other work ends meanwhile', async () => {
  const storage = new ScopedStorage<string>();
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  const long = storage.run('long', async () => {
    await held;
    return storage.value;
  });
  const short = storage.run('short', async () => {
    await turn();
    return storage.value;
  });
  expect(await short).toBe('short');
  expect(storage.run('at once', () => storage.value)).toBe('at once');
  expect(() => storage.run('fails', () => JSON.parse('no JSON') as unknown)).toThrow();
  go();
  expect(await long).toBe('long');
});

it('knows nothing outside, nor after the work has ended', async () => {
  const storage = new ScopedStorage<string>();
  let late: Promise<string | undefined> | undefined;
  await storage.run('a', async () => {
    late = turn()
      .then(turn)
      .then(() => storage.value);
    await Promise.resolve();
  });
  expect(storage.value).toBeUndefined();
  expect(await late).toBeUndefined();
});

it('knows nothing after the work has ended, also while other work goes on', async () => {
  const storage = new ScopedStorage<string>();
  let go = () => {};
  const other = storage.run('other', () => new Promise<void>((resolve) => (go = resolve)));
  let late: Promise<string | undefined> | undefined;
  await storage.run('a', async () => {
    late = turn().then(() => storage.value);
    await Promise.resolve();
  });
  expect(await late).toBeUndefined();
  go();
  await other;
});
