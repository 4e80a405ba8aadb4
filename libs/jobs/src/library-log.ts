import { Logger as NestLogger } from '@nestjs/common';
import { Logger, type LogFunctionFactory } from 'graphile-worker';

const nest = new NestLogger('Jobs');

/**
 * The library's warnings and errors. Not those about single jobs: they quote the job's error, which may hold anything
 * (we report failed jobs ourselves, by id).
 */
const factory: LogFunctionFactory =
  (scope = {}) =>
  (level, message, meta) => {
    if ('jobId' in scope || (meta && 'job' in meta)) return;
    if (String(level) === 'error') nest.error(message);
    if (String(level) === 'warning') nest.warn(message);
  };

export const libraryLog = new Logger(factory);
