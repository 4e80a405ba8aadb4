import { isUnavailable, sqlState } from '#database';
import type { Config } from './config.js';

/** SQLSTATEs of a server that answers but lets us in not: a wrong user, password or database. */
const NOT_LET_IN = /^(28|3D000)/;

/** Why the server did not start, in a sentence that names the setting to look at. */
export function startUpFailure(error: unknown, config: Config): string {
  const { HOST, PORT, DATABASE_URL } = config.values;
  const { code, syscall, path } = partsOf(error);
  const reason = reasonOf(error);
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE') return `PORT: another program listens on port ${PORT} of ${HOST}. Stop it, or set PORT.`;
    if (code === 'EACCES') return `PORT: port ${PORT} is for programs with more rights. Set PORT to one above 1023.`;
    return `HOST: cannot listen on ${HOST} (${reason}). Set HOST to an address of this machine.`;
  }
  if (DATABASE_URL !== undefined && isOfConnecting(error)) {
    return `DATABASE_URL: cannot connect to PostgreSQL at ${new URL(DATABASE_URL).host}: ${reason}`;
  }
  if (typeof path === 'string' && path.startsWith(config.dataDir)) return `PARLEY_DATA_DIR: ${reason}`;
  return reason;
}

function isOfConnecting(error: unknown): boolean {
  return isUnavailable(error) || NOT_LET_IN.test(sqlState(error) ?? '') || /timeout expired/.test(reasonOf(error));
}

function partsOf(error: unknown): { code?: unknown; syscall?: unknown; path?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}

/** Where a name has several addresses the error has no message, but one for each of them. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
