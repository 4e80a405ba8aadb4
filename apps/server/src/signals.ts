import type { Logger } from 'pino';

/** Ctrl-C in a terminal reaches us and npm, which hands it on: that is one signal, not two. */
const ECHO_MS = 500;

/**
 * SIGTERM or SIGINT: stop in order and leave with 0. A second signal, or a stop that takes too long, leaves at once
 * with 1; what was acknowledged is in the database, so nothing is lost then either.
 */
export function stopOnSignals(stop: () => Promise<void>, patienceMs: number, log: Logger): void {
  let stoppingSince: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince < ECHO_MS) return;
      leave(log, 1, `${signal} again: leaving at once`);
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping');
    setTimeout(() => leave(log, 1, 'stopping took too long: leaving'), patienceMs).unref();
    stop().then(
      () => leave(log, 0, 'stopped'),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        leave(log, 1, 'leaving');
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function leave(log: Logger, code: number, message: string): never {
  log[code === 0 ? 'info' : 'error'](message);
  log.flush();
  process.exit(code);
}
