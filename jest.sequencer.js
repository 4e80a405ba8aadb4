import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** How many seconds the files take that mostly wait: for schedules, time-outs and nodes that take over. */
const WAITING = new Map([
  ['test/faults/nodes.e2e-spec.ts', 65],
  ['test/faults/silence.e2e-spec.ts', 60],
  ['test/queue-texts.e2e-spec.ts', 55],
  ['test/faults/kills.e2e-spec.ts', 45],
  ['test/own-database.e2e-spec.ts', 40],
  ['test/registration/rotation.e2e-spec.ts', 32],
  ['test/events/readers.e2e-spec.ts', 25],
  ['libs/registration/src/rotation/secret-rotation.spec.ts', 24],
  ['libs/jobs/src/jobs.spec.ts', 23],
  ['test/faults/outbound.e2e-spec.ts', 22],
  ['test/polling.e2e-spec.ts', 22],
  ['test/faults/no-standby.e2e-spec.ts', 21],
  ['libs/messaging/src/polling/polling.spec.ts', 21],
  ['libs/database/src/embedded/embedded-postgres.spec.ts', 18],
  ['libs/messaging/src/outbox/delivery.spec.ts', 18],
  ['test/sending.e2e-spec.ts', 14],
  ['test/media.e2e-spec.ts', 12],
  ['test/fixtures/telegram.e2e-spec.ts', 12],
  ['libs/messaging/src/outbox/takeover.spec.ts', 12],
  ['test/slow-database.e2e-spec.ts', 12],
  ['test/registration/life.e2e-spec.ts', 11],
  ['test/events/stream.e2e-spec.ts', 10],
  ['libs/database/src/data-source.spec.ts', 9],
  ['test/journey.e2e-spec.ts', 9],
  ['libs/registration/src/removal/channel-removal.spec.ts', 7],
  ['libs/registration/src/registration.spec.ts', 7],
]);

/** How many seconds the longest of the others take, which keep a core busy. */
const WORKING = new Map([
  ['test/faults/fleet.e2e-spec.ts', 32],
  ['test/generated-requests.e2e-spec.ts', 28],
  ['test/rules-meet.e2e-spec.ts', 15],
  ['test/registration/canaries.e2e-spec.ts', 13],
  ['test/registration/addresses.e2e-spec.ts', 12],
  ['libs/chats/src/chat/heard.spec.ts', 12],
  ['test/routing.e2e-spec.ts', 12],
  ['test/database-tls.e2e-spec.ts', 11],
  ['test/access-matrix.e2e-spec.ts', 10],
  ['test/stopping.e2e-spec.ts', 9],
  ['libs/chats/src/chat/unread-counts.spec.ts', 10],
  ['libs/chats/src/change/any-order.spec.ts', 7],
  ['libs/chats/src/routing/any-interleaving.spec.ts', 7],
  ['test/events/cuts.e2e-spec.ts', 7],
]);

/** Milliseconds that a file which is not listed takes for each byte of it: a guess. */
const EACH_BYTE = 0.3;

const pathOf = (test) => relative(test.context.config.rootDir, test.path);

/**
 * Files that wait and files that work side by side, so that no core is idle while all wait, nor shared by all in the end; of each
 * the slowest first. Jest alone would start with the slowest, which are those that wait, once it has measured them.
 */
export default class WaitingBesideWorking extends Sequencer {
  constructor(options) {
    super(options);
    this.workers = options.globalConfig.maxWorkers;
  }

  time(test) {
    const seconds = WAITING.get(pathOf(test)) ?? WORKING.get(pathOf(test));
    return super.time(test) ?? (seconds ? seconds * 1_000 : test.context.hasteFS.getSize(test.path) * EACH_BYTE);
  }

  sort(tests) {
    const slowestFirst = super.sort(tests);
    const waiting = slowestFirst.filter((test) => WAITING.has(pathOf(test)));
    const working = slowestFirst.filter((test) => !WAITING.has(pathOf(test)));
    const workers = Array.from({ length: this.workers }, () => ({ freeAt: 0, waits: false }));
    const mayWait = Math.ceil(this.workers * (3 / 4));
    return slowestFirst.map(() => {
      const free = workers.reduce((soonest, worker) => (worker.freeAt < soonest.freeAt ? worker : soonest));
      free.waits = false;
      free.waits =
        waiting.length > 0 && (working.length === 0 || workers.filter(({ waits }) => waits).length < mayWait);
      const next = (free.waits ? waiting : working).shift();
      free.freeAt += next.duration;
      return next;
    });
  }
}
