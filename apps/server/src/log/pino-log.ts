import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { RepeatedLines } from './repeated-lines.js';

/** What Nest says about itself at start: of interest only when something is wrong with the wiring. */
const CHATTER = new Set(['InstanceLoader', 'NestApplication', 'NestFactory', 'RouterExplorer', 'RoutesResolver']);
/** What Nest says about a failed start and throws as well: said once, by whoever catches it. */
const THROWN_AS_WELL = new Set(['ExceptionHandler', 'NestApplication']);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest's logger, written by pino: one JSON line each, with the context Nest gives. */
export class PinoLog implements LoggerService {
  private readonly repeated = new RepeatedLines();

  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    this.write(typeof context === 'string' && CHATTER.has(context) ? 'debug' : 'info', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.complain('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && THROWN_AS_WELL.has(context)) this.write('debug', message, rest);
    else this.complain('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Of what says no more than its words, and where it comes from, one line is as good as many. */
  private complain(level: Level, message: unknown, rest: readonly unknown[]): void {
    const [context] = rest;
    if (typeof message !== 'string' || rest.length !== 1 || typeof context !== 'string') {
      this.write(level, message, rest);
      return;
    }
    this.repeated.say(`${level} ${context} ${message}`, (again) => this.pino[level]({ context, ...again }, message));
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const fields: Record<string, unknown> = typeof context === 'string' ? { context } : {};
    for (const extra of typeof context === 'string' ? rest.slice(0, -1) : rest) {
      if (extra instanceof Error) fields.err = extra;
      else if (typeof extra === 'string') fields.stack = extra;
      else if (typeof extra === 'object') Object.assign(fields, extra);
    }
    if (message instanceof Error) this.pino[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...fields, ...message });
    else this.pino[level](fields, String(message));
  }
}
