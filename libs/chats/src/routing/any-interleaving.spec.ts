import fc from 'fast-check';
import { Problem } from '#api-kit';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { wrongIn } from '../testing/routing-reference.js';
import { RoutingRounds } from './routing-rounds.js';
import { aRoutingWorld, type Step, STEPS } from '../testing/routing-world.js';

/**
 * Whatever happens in whatever order, what routing makes of it passes the reference's judgement after every step.
 * Real: the room's use cases and PostgreSQL. Deadlines are moved in the database, nothing sleeps.
 */
/**
 * The few rounds are the same ones every time: what only many rounds find shall not stop somebody else's change.
 * PARLEY_TEST_SEED takes others, or those of a failure once more.
 */
const { PARLEY_TEST_ROUNDS, PARLEY_TEST_SEED: SEED } = process.env;
const GIVEN = SEED ? { seed: Number(SEED) } : {};
const ROUNDS =
  PARLEY_TEST_ROUNDS === 'full' ? { numRuns: 5_000, ...GIVEN } : { numRuns: 30, seed: 20_261_122, ...GIVEN };
const LONGEST = 10;

let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
  // Only the test routes here: after a step everything it asked for is done.
  await house.get(RoutingRounds).beforeApplicationShutdown();
});
afterAll(() => house.close());

const aNumber = fc.nat({ max: 11 });
const aStep = (what: fc.Arbitrary<Step['what']>) => fc.record({ what, a: aNumber, b: aNumber });
const steps = fc.array(
  fc.oneof(aStep(fc.constantFrom(...STEPS)), aStep(fc.constantFrom('write', 'write', 'accept', 'letPass'))),
  { minLength: 3, maxLength: LONGEST, size: 'max' },
);

it('chats and agents come together as the queues want it, in any interleaving', async () => {
  const world = await aRoutingWorld(house);
  const property = fc.asyncProperty(steps, async (all) => {
    await world.begin();
    let before = await world.state();
    for (const step of all) {
      await Promise.resolve(world.carryOut(step, before)).catch(unlessRefused);
      await world.settle();
      const now = await world.state();
      expect({ after: step, wrong: wrongIn(now, before) }).toEqual({ after: step, wrong: [] });
      before = now;
    }
  });
  await fc.assert(property, ROUNDS);
}, 3_600_000);

/** An agent without room, a chat that is somebody else's: refusals are answers. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}
