import { rows } from './transaction.js';
import { deleteInPieces } from './delete-in-pieces.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase();
});
afterAll(() => house.close());

it('deletes all there is piece by piece, and leaves for the next time what somebody holds', async () => {
  const { database } = house;
  for (const name of ['old 1', 'old 2', 'old 3', 'old 4', 'old 5', 'young']) {
    await database.rows('INSERT INTO settings (name, value) VALUES ($1, $2)', [name, '1']);
  }
  const names = async () => {
    const left = await database.rows<{ name: string }>('SELECT name FROM settings ORDER BY name');
    return left.map(({ name }) => name);
  };
  const forget = () => deleteInPieces(database, 'settings', 'starts_with(name, $1)', ['old'], 2);
  await database.transaction(async (tx) => {
    await rows(tx, `SELECT 1 FROM settings WHERE name = 'old 3' FOR UPDATE`);
    await forget();
    expect(await names()).toEqual(['old 3', 'young']);
  });
  await forget();
  expect(await names()).toEqual(['young']);
});
