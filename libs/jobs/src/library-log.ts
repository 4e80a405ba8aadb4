import { Logger as NestLogger } from '@nestjs/common';
import { Logger, type LogFunctionFactory } from 'graphile-worker';

const nest = new NestLogger('Jobs');
const PAUSE = / \(trying again in \d+ms\)/;

/**
 * The library's warnings and errors. Not those about single jobs: they quote the job's error, which may hold anything
 * (we report failed jobs ourselves, by id).
 */
const factory: LogFunctionFactory =
  (scope = {}) =>
  (level, message, meta) => {
    if ('jobId' in scope || (meta && 'job' in meta)) return;
    // Without the pause, which is another one each time, the log knows that it is said again.
    if (String(level) === 'error') nest.error(message.replace(PAUSE, ''));
    if (String(level) === 'warning') nest.warn(message);
  };

export const libraryLog = new Logger(factory);
