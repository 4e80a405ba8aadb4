import { eventually } from './eventually.js';
import { openTestDatabase } from './test-database.js';

it('says what was waited for in vain', async () => {
  const looks: number[] = [];
  await expect(eventually(() => looks.push(0) > 1_000, 20)).rejects.toThrow(/^Waited 20 ms in vain for: .*looks\.push/);
});

it('waits until it is so', async () => {
  const looks: number[] = [];
  await eventually(() => looks.push(0) === 3);
  expect(looks).toHaveLength(3);
});

it('knows of whom waits for a lock in this database alone', async () => {
  const house = await openTestDatabase();
  const lock = () => house.database.transaction((tx) => tx.query('LOCK TABLE settings'));
  let waiting: Promise<unknown> | undefined;
  await house.database.transaction(async (tx) => {
    await tx.query('LOCK TABLE settings');
    waiting = Promise.all([lock(), lock()]);
    await house.somebodyWaits(2);
  });
  await waiting;
  await house.close();
});
