import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** How many seconds the slowest files take: they wait for schedules, time-outs and nodes that take over. */
const SECONDS = new Map([
  ['test/faults/nodes.e2e-spec.ts', 75],
  ['test/queue-texts.e2e-spec.ts', 60],
  ['test/faults/kills.e2e-spec.ts', 60],
  ['test/faults/fleet.e2e-spec.ts', 60],
  ['libs/database/src/embedded/embedded-postgres.spec.ts', 45],
  ['libs/chats/src/chat/unread-counts.spec.ts', 30],
  ['test/registration/rotation.e2e-spec.ts', 40],
  ['test/events/readers.e2e-spec.ts', 40],
  ['test/registration/canaries.e2e-spec.ts', 30],
  ['test/polling.e2e-spec.ts', 30],
  ['test/sending.e2e-spec.ts', 25],
  ['libs/registration/src/rotation/secret-rotation.spec.ts', 25],
  ['libs/messaging/src/polling/polling.spec.ts', 25],
]);

/**
 * The slowest file first, so that none is left to one worker in the end. Jest does so by itself once it has measured,
 * but not on a fresh clone; then a file that is not listed takes a second for each thousand bytes, which is a guess.
 */
export default class SlowestFirst extends Sequencer {
  time(test) {
    const { config, hasteFS } = test.context;
    const seconds = SECONDS.get(relative(config.rootDir, test.path));
    return super.time(test) ?? (seconds ? seconds * 1_000 : hasteFS.getSize(test.path));
  }
}
