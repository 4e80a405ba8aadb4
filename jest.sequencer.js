import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** How many seconds the slowest files take: they wait for schedules, time-outs and nodes that take over. */
const SECONDS = new Map([
  ['test/faults/nodes.e2e-spec.ts', 105],
  ['test/faults/kills.e2e-spec.ts', 85],
  ['test/faults/fleet.e2e-spec.ts', 65],
  ['test/registration/addresses.e2e-spec.ts', 65],
  ['test/queue-texts.e2e-spec.ts', 60],
  ['test/faults/silence.e2e-spec.ts', 40],
  ['test/registration/rotation.e2e-spec.ts', 35],
  ['libs/database/src/embedded/embedded-postgres.spec.ts', 30],
  ['test/polling.e2e-spec.ts', 25],
  ['test/events/readers.e2e-spec.ts', 25],
  ['test/registration/canaries.e2e-spec.ts', 20],
  ['test/routing.e2e-spec.ts', 20],
  ['test/database-tls.e2e-spec.ts', 20],
  ['test/faults/no-standby.e2e-spec.ts', 20],
  ['test/faults/outbound.e2e-spec.ts', 20],
  ['libs/messaging/src/outbox/takeover.spec.ts', 15],
  ['test/events/cuts.e2e-spec.ts', 15],
  ['libs/messaging/src/polling/polling.spec.ts', 15],
  ['libs/chats/src/change/any-order.spec.ts', 15],
  ['libs/jobs/src/jobs.spec.ts', 15],
  ['test/access-matrix.e2e-spec.ts', 15],
  ['libs/registration/src/rotation/secret-rotation.spec.ts', 15],
  ['test/events/stream.e2e-spec.ts', 15],
  ['libs/messaging/src/outbox/delivery.spec.ts', 15],
  ['libs/chats/src/routing/any-interleaving.spec.ts', 10],
  ['test/sending.e2e-spec.ts', 10],
  ['test/media.e2e-spec.ts', 10],
  ['test/fixtures/telegram.e2e-spec.ts', 10],
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
