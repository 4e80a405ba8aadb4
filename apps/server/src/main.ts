import { setFlagsFromString } from 'node:v8';
import { Logger } from '@nestjs/common';
import { pino } from 'pino';
import type { FirstSignIn } from '#identity';
import { describeConfig, loadConfig } from './config.js';
import { logError } from './log/log-error.js';
import { PinoLog } from './log/pino-log.js';
import { startServer } from './server.js';
import { stopOnSignals } from './signals.js';
import { firstSignInLine, startUpBlock } from './start-up-block.js';
import { startUpFailure } from './start-up-failure.js';

// A full collection when what lives long has grown by three tenths, not by up to four times: after a burst the process
// would keep a hundred megabytes that hold nothing.
setFlagsFromString('--heap-growing-percent=30');

const { config, problems, warnings } = loadConfig();

const isOnlyPrinting = process.argv.includes('--print-config');
if (isOnlyPrinting) {
  process.stdout.write(describeConfig(config));
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
}
if (problems.length > 0) {
  process.stderr.write(`Parley cannot start:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(1);
}
if (isOnlyPrinting) process.exit(0);

const log = pino({ level: config.values.PARLEY_LOG_LEVEL, serializers: { err: logError } });
Logger.overrideLogger(new PinoLog(log));
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
