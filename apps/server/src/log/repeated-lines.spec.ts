import { Logger } from '@nestjs/common';
import { serverLog } from './server-log.js';

/** Real: the log of the process. Stand-in: the clock. */
let lines: string[];
const entries = () => lines.map((line) => JSON.parse(line) as { msg: string; level: number; repeated?: number });

beforeEach(() => {
  lines = [];
  jest.useFakeTimers();
  serverLog('info', { write: (line) => void lines.push(line) });
});
afterEach(() => {
  jest.useRealTimers();
  Logger.overrideLogger(false);
});

it('writes a complaint that comes word for word again once a minute, with how often it came', () => {
  const logger = new Logger('Outbox');
  for (let round = 0; round < 30; round++) logger.warn('No lanes could be claimed: refused');
  new Logger('Search').warn('No lanes could be claimed: refused');
  logger.error('No lanes could be claimed: refused');
  logger.warn('No waits could be ended: refused');
  expect(entries().map(({ level, msg }) => `${level} ${msg}`)).toEqual([
    '40 No lanes could be claimed: refused',
    '40 No lanes could be claimed: refused',
    '50 No lanes could be claimed: refused',
    '40 No waits could be ended: refused',
  ]);
  jest.advanceTimersByTime(60_000);
  expect(entries()).toHaveLength(5);
  expect(entries()[4]).toMatchObject({ level: 40, context: 'Outbox', repeated: 29 });
  jest.advanceTimersByTime(60_000);
  logger.warn('No lanes could be claimed: refused');
  expect(entries()).toHaveLength(6);
  expect(entries()[5]).not.toHaveProperty('repeated');
});

it('leaves nothing out that says more than its words, or is no complaint', () => {
  const logger = new Logger('Http');
  for (const requestId of ['1', '2']) logger.warn({ requestId }, 'refused_by_database');
  for (const stack of ['here', 'there']) logger.error('unexpected', stack);
  for (let round = 0; round < 2; round++) logger.log('again');
  expect(entries()).toHaveLength(6);
});
