import { randomBytes } from 'node:crypto';
import { KeyRing, newId } from '#database';
import type { EventLog } from '#events';
import { installJobs, Jobs } from '#jobs';
import { openSearchHouse, type SearchHouse } from '../../search/testing/search-house.js';
import { ERASE_JOB, EraseJob } from './erase-job.js';
import { ErasureRepository } from './erasure.repository.js';
import { ErasureStep } from './erasure-step.js';
import { sealNeedles } from './needles.js';

/** Real: PostgreSQL, the table of jobs. Scripted: the log of events, and a step that something stands in the way of. */
let house: SearchHouse;
beforeAll(async () => {
  house = await openSearchHouse();
  await installJobs(house.url);
});
afterAll(() => house.close());

class Blocked extends ErasureStep {
  readonly name = 'blocked';
  isBlocked = true;

  run() {
    return this.isBlocked ? Promise.reject(new Error('The storage is away')) : Promise.resolve({ erased: 3 });
  }
}

it('is not given up, however long something stands in its way', async () => {
  const keys = new KeyRing([randomBytes(32).toString('base64')]);
  const erasures = new ErasureRepository(house.database);
  const step = new Blocked();
  const events = { record: () => Promise.resolve() } as unknown as EventLog;
  const job = new EraseJob(new Jobs(), erasures, keys, events, [step]);
  const id = newId();
  await house.database.transaction(async (tx) => {
    const erasure = { id, needles: sealNeedles(keys, id, []), requestedBy: `user:${newId()}`, step: job.firstStep };
    await job.begin(tx, await erasures.add(tx, erasure, { contactId: newId(), contactIds: [], identities: [] }));
  });
  await expect(job.run({ id })).rejects.toThrow('The storage is away');
  // As after some weeks.
  const [kept] = await house.database.rows<{ isToBeTried: boolean }>(
    `UPDATE graphile_worker._private_jobs SET attempts = 200 WHERE key = $1 RETURNING is_available AS "isToBeTried"`,
    [`${ERASE_JOB}:${id}`],
  );
  expect(kept).toEqual({ isToBeTried: true });
  step.isBlocked = false;
  await job.run({ id });
  const erased = await erasures.get(id);
  expect(erased).toMatchObject({ counts: { blocked: 3 }, needles: null, step: null });
  expect(erased!.finishedAt).not.toBeNull();
});
