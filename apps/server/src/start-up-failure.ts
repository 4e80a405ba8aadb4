import { sep } from 'node:path';
import { isReadOnly, isUnavailable, sqlState } from '#database';
import type { Config } from './config.js';

/** SQLSTATEs of a server that answers but lets us in not: a wrong user, password or database. */
const NOT_LET_IN = /^(28|3D000)/;

/** SQLSTATE of a user who may not make what Parley needs. */
const NOT_ALLOWED = '42501';

/** Fastify's words. */
const NO_PROXY = /^invalid (IP address|range on address): /;

/** The driver's words, and Node's. */
const NO_TLS = /server does not support SSL/;
const DISTRUSTED = /certificate|altnames/i;

/** Why the server did not start, in a sentence that names the setting to look at. */
export function startUpFailure(error: unknown, config: Config): string {
  const { HOST, PORT, DATABASE_URL } = config.values;
  const { code, syscall, path, hostname } = partsOf(error);
  const reason = reasonOf(error);
  if (syscall === 'getaddrinfo' && hostname === HOST) {
    return `HOST: nobody knows ${HOST} (${reason}). Set HOST to an address of this machine.`;
  }
  if (NO_PROXY.test(reason)) return `PARLEY_TRUST_PROXY: ${reason}. Set it to addresses or ranges such as 10.0.0.0/8.`;
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE') return `PORT: another program listens on port ${PORT} of ${HOST}. Stop it, or set PORT.`;
    if (code === 'EACCES') return `PORT: port ${PORT} is for programs with more rights. Set PORT to one above 1023.`;
    return `HOST: cannot listen on ${HOST} (${reason}). Set HOST to an address of this machine.`;
  }
  if (DATABASE_URL !== undefined && isReadOnly(error)) {
    return (
      `DATABASE_URL: PostgreSQL at ${new URL(DATABASE_URL).host} takes no writes: it is a standby, or set to read-only ` +
      '(default_transaction_read_only). Give the address that leads to the primary.'
    );
  }
  if (DATABASE_URL !== undefined && isOfConnecting(error)) {
    const why = NO_TLS.test(reason) ? 'it does not speak TLS, which sslmode asks for' : reason;
    return `DATABASE_URL: cannot connect to PostgreSQL at ${new URL(DATABASE_URL).host}: ${why}`;
  }
  if (DATABASE_URL !== undefined && sqlState(error) === NOT_ALLOWED) {
    return `DATABASE_URL: ${reason}. Its user must be allowed to create schemas and tables: make it the owner of the database.`;
  }
  if (typeof path === 'string' && isOnTheWay(path, config.dataDir)) return `PARLEY_DATA_DIR: ${reason}`;
  return reason;
}

/** In the data directory, or one of the folders above it, which are made where they are missing. */
function isOnTheWay(path: string, dataDir: string): boolean {
  return path.startsWith(dataDir) || dataDir.startsWith(`${path}${sep}`);
}

function isOfConnecting(error: unknown): boolean {
  if (isUnavailable(error) || NOT_LET_IN.test(sqlState(error) ?? '')) return true;
  const reason = reasonOf(error);
  return /timeout expired/.test(reason) || NO_TLS.test(reason) || DISTRUSTED.test(reason);
}

function partsOf(error: unknown): { code?: unknown; syscall?: unknown; path?: unknown; hostname?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}

/** Where a name has several addresses the error has no message, but one for each of them. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
