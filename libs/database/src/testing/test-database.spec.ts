import { openTestDatabase } from './test-database.js';

it('gives every caller a fresh database with all tables', async () => {
  const [one, other] = await Promise.all([openTestDatabase(), openTestDatabase()]);
  await one.database.rows(`INSERT INTO settings VALUES ('colour', '"red"')`);
  expect(await one.database.rows('SELECT name FROM settings')).toEqual([{ name: 'colour' }]);
  expect(await other.database.rows('SELECT name FROM settings')).toEqual([]);
  await Promise.all([one.close(), other.close()]);
});
