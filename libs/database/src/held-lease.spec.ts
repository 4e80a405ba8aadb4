import { HeldLease } from './held-lease.js';
import { Leases } from './leases.repository.js';
import { openTestDatabase, type TestDatabase } from './testing/test-database.js';

let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase();
});
afterAll(() => house.close());

it('who waits for their turn gets it when the one before is over, and nothing when that does not end', async () => {
  const leases = new Leases(house.database);
  const first = (await HeldLease.takeWithin(0, leases, 'turn', 60_000))!;
  expect(await HeldLease.takeWithin(0, leases, 'turn', 60_000)).toBeUndefined();
  const waiting = HeldLease.takeWithin(30_000, leases, 'turn', 60_000);
  await first.release();
  const second = await waiting;
  expect(second).toBeDefined();
  await second?.release();
});
