import type { FirstSignIn } from '#identity';
import type { Config } from './config.js';
import { consoleIntoLog } from './log/console-log.js';
import { serverLog } from './log/server-log.js';
import { startServer } from './server.js';
import { stopOnSignals } from './signals.js';
import { firstSignInLine, startUpBlock } from './start-up-block.js';
import { startUpFailure } from './start-up-failure.js';

/** The server as this process: until a signal, or until it turns out that it cannot start. */
export async function runServer(config: Config, warnings: readonly string[]): Promise<void> {
  const log = serverLog(config.values.PARLEY_LOG_LEVEL);
  consoleIntoLog(log);
  for (const warning of warnings) log.warn(warning);

  /** A password that was generated is shown even if nothing starts: the next start makes no other. */
  let unshown: FirstSignIn | undefined;
  process.on('exit', () => {
    if (unshown) process.stdout.write(firstSignInLine(unshown));
  });

  try {
    const starting = startServer(config, log, (signIn) => (unshown = signIn));
    stopOnSignals(async () => (await starting).stop(), config.values.PARLEY_SHUTDOWN_SECONDS * 1_000, log);
    process.stdout.write(startUpBlock(await starting));
    unshown = undefined;
  } catch (error) {
    log.debug({ err: error }, 'Parley cannot start');
    process.stderr.write(`Parley cannot start: ${startUpFailure(error, config)}\n`);
    process.exit(1);
  }
}
