import type { Logger } from 'pino';

/**
 * SIGTERM or SIGINT: stop in order and leave with 0. A second signal, or a stop that takes too long, leaves at once
 * with 1; what was acknowledged is in the database, so nothing is lost then either.
 */
export function stopOnSignals(stop: () => Promise<void>, patienceMs: number, log: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) leave(log, 1, `${signal} again: leaving at once`);
    stopping = true;
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
