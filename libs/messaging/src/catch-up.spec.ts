import { Jobs } from '#jobs';
import { MessengerRegistry } from '#messenger-kit';
import { Channels } from '#registration';
import { CatchUp } from './catch-up.js';
import { Networks } from './polling/networks.js';
import { openOutboxHouse, type OutboxHouse } from './testing/outbox-house.js';

/** Real: PostgreSQL and the jobs' tables; nobody runs them. */
let house: OutboxHouse;
beforeAll(async () => (house = await openOutboxHouse({ deliver: false })));
afterAll(() => house.close());

const HOUR_MS = 3_600_000;

async function orderedSince(...hoursAgo: number[]): Promise<number[]> {
  const channelId = await house.aChannel();
  const now = Date.now();
  const catchUp = new CatchUp(house.get(Channels), house.get(MessengerRegistry), house.get(Networks), house.get(Jobs));
  for (const hours of hoursAgo) {
    await house.database.transaction((tx) => catchUp.enqueue(tx, channelId, new Date(now - hours * HOUR_MS)));
  }
  const jobs = await house.database.rows<{ since: string }>(
    `SELECT payload ->> 'since' AS since FROM graphile_worker._private_jobs WHERE payload ->> 'channelId' = $1 ORDER BY id`,
    [channelId],
  );
  return jobs.map(({ since }) => Math.floor((now - Date.parse(since)) / HOUR_MS));
}

it('what was missed longer ago is still read back when there is more to read back', async () => {
  expect(await orderedSince(9, 2)).toEqual([9, 2]);
});

it('the same gap is read back once', async () => {
  expect(await orderedSince(3, 3)).toEqual([3]);
});
