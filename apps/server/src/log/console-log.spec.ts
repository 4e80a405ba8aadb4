import { Logger } from '@nestjs/common';
import { consoleIntoLog } from './console-log.js';
import { serverLog } from './server-log.js';

afterEach(() => void Logger.overrideLogger(false));

/** Real: the log of the process. Stand-in: the console. */
it('makes a line of the log of whatever a library writes to the console, without what errors and objects carry', () => {
  const lines: string[] = [];
  const stand = { ...globalThis.console };
  consoleIntoLog(serverLog('info', { write: (line) => void lines.push(line) }), stand);
  const error = Object.assign(new Error('refused'), {
    code: '23505',
    detail: 'canary',
    stack: 'Error: refused\n  at x',
  });
  stand.trace(error);
  stand.error('Retried 100 times:', error, { job: 'canary' });
  stand.warn('invalid return value');
  stand.debug('chatter');
  const entries = lines.map((line) => JSON.parse(line) as object);
  expect(entries).toMatchObject([
    { level: 50, context: 'Console', msg: 'refused', err: { type: 'Error', code: '23505', stack: error.stack } },
    { level: 50, msg: 'Retried 100 times: refused (an object)', err: { message: 'refused' } },
    { level: 40, msg: 'invalid return value' },
  ]);
  expect(lines.join()).not.toContain('canary');
});
