import { Logger } from '@nestjs/common';
import { pino } from 'pino';
import { describeConfig, loadConfig } from './config.js';
import { logError } from './log/log-error.js';
import { PinoLog } from './log/pino-log.js';
import { startServer } from './server.js';
import { stopOnSignals } from './signals.js';
import { startUpBlock } from './start-up-block.js';

const { config, problems, warnings } = loadConfig();

if (process.argv.includes('--print-config')) {
  process.stdout.write(describeConfig(config));
  process.exit(0);
}
if (problems.length > 0) {
  process.stderr.write(`Parley cannot start:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(1);
}

const log = pino({ level: config.values.PARLEY_LOG_LEVEL, serializers: { err: logError } });
Logger.overrideLogger(new PinoLog(log));
for (const warning of warnings) log.warn(warning);

try {
  const starting = startServer(config, log);
  stopOnSignals(async () => (await starting).stop(), config.values.PARLEY_SHUTDOWN_SECONDS * 1_000, log);
  process.stdout.write(startUpBlock(await starting));
} catch (error) {
  log.fatal({ err: error }, 'Parley cannot start');
  process.stderr.write(`Parley cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
