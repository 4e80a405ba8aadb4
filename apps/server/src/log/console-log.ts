import type { Logger as Pino } from 'pino';

const METHODS = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;
type Method = (typeof METHODS)[number];
const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error', trace: 'error' } as const;

/**
 * What libraries write to the console by themselves comes into the log, as lines like all others. Of errors what the log
 * says of errors, and of other objects nothing: nobody knows what is in them.
 */
export function consoleIntoLog(log: Pino, console: Pick<Console, Method> = globalThis.console): void {
  for (const method of METHODS) {
    console[method] = (...said: unknown[]) => {
      const err = said.find((part) => part instanceof Error);
      log[LEVELS[method]]({ context: 'Console', ...(err && { err }) }, said.map(wordsOf).join(' '));
    };
  }
}

function wordsOf(part: unknown): string {
  if (part instanceof Error) return part.message;
  return typeof part === 'object' && part !== null ? '(an object)' : String(part);
}
