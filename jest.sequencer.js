import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** How many seconds the slowest files take: they wait for schedules, time-outs and nodes that take over. */
const SECONDS = new Map([
  ['test/faults/nodes.e2e-spec.ts', 95],
  ['test/faults/kills.e2e-spec.ts', 80],
  ['test/queue-texts.e2e-spec.ts', 70],
  ['test/faults/fleet.e2e-spec.ts', 60],
  ['test/faults/silence.e2e-spec.ts', 50],
  ['test/events/readers.e2e-spec.ts', 40],
  ['test/registration/rotation.e2e-spec.ts', 35],
  ['test/registration/addresses.e2e-spec.ts', 30],
  ['test/faults/outbound.e2e-spec.ts', 30],
  ['test/database-tls.e2e-spec.ts', 30],
  ['libs/database/src/embedded/embedded-postgres.spec.ts', 25],
  ['test/polling.e2e-spec.ts', 25],
  ['test/faults/no-standby.e2e-spec.ts', 25],
  ['libs/registration/src/rotation/secret-rotation.spec.ts', 25],
  ['test/routing.e2e-spec.ts', 20],
  ['test/sending.e2e-spec.ts', 20],
  ['test/registration/canaries.e2e-spec.ts', 20],
  ['libs/messaging/src/polling/polling.spec.ts', 20],
  ['test/events/stream.e2e-spec.ts', 20],
  ['libs/jobs/src/jobs.spec.ts', 20],
  ['libs/messaging/src/outbox/delivery.spec.ts', 20],
  ['libs/messaging/src/outbox/takeover.spec.ts', 20],
  ['test/fixtures/telegram.e2e-spec.ts', 20],
  ['test/events/cuts.e2e-spec.ts', 20],
  ['test/registration/life.e2e-spec.ts', 20],
  ['test/media.e2e-spec.ts', 15],
  ['test/journey.e2e-spec.ts', 15],
  ['test/faults/inbound.e2e-spec.ts', 15],
  ['libs/chats/src/chat/unread-counts.spec.ts', 15],
  ['test/access-matrix.e2e-spec.ts', 15],
  ['test/sign-in.e2e-spec.ts', 15],
  ['test/fixtures/facebook.e2e-spec.ts', 15],
  ['test/events/event-schemas.e2e-spec.ts', 15],
  ['test/receiving.e2e-spec.ts', 15],
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
