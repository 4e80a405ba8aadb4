import { Logger } from '@nestjs/common';
import { type DestinationStream, type LevelWithSilent, type Logger as Pino, pino } from 'pino';
import { logError } from './log-error.js';
import { PinoLog } from './pino-log.js';

/** The log of the whole process, Nest's own lines among it; to stdout unless it is told where. */
export function serverLog(level: LevelWithSilent, to?: DestinationStream): Pino {
  const options = { level, serializers: { err: logError } };
  const log = to ? pino(options, to) : pino(options);
  Logger.overrideLogger(new PinoLog(log));
  return log;
}
