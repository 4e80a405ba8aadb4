import { openTestDatabase, type TestDatabase } from '#database';
import { WorkersPool } from './workers-pool.js';

let house: TestDatabase;
beforeAll(async () => (house = await openTestDatabase()));
afterAll(() => house.close());

it('takes a connection back that is given back twice, and lends it on once', async () => {
  const pool = new WorkersPool({ connectionString: house.url, max: 1 });
  try {
    await new Promise<void>((resolve, reject) => {
      pool.connect((error, _, release) => {
        if (error) return reject(error);
        release();
        release();
        resolve();
      });
    });
    const client = await pool.connect();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 0]);
    client.release();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  } finally {
    await pool.end();
  }
});

it('hands on, after its end, an error and nothing to give back', async () => {
  const pool = new WorkersPool({ connectionString: house.url, max: 1 });
  await pool.end();
  const answer = await new Promise<unknown[]>((resolve) => pool.connect((...all) => resolve(all)));
  expect([answer[0] instanceof Error, answer[1], answer[2]]).toEqual([true, undefined, undefined]);
});
