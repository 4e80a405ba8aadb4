import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { sqlState } from './sql-state.js';

/**
 * Connection failures, not being let in, shutdowns, exhausted resources, system errors; and a standby that took the
 * primary's place.
 */
const PASSING_STATES = /^(08|28|3D000|53|57P|58|25006|40001|40P01|55P03|57014)/;
/** SQLSTATE of a write where none is possible. */
export const READ_ONLY = '25006';

const LOST_CONNECTION =
  /ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout|not queryable|connection ended|client was closed|driver not connected/i;

/** The connection was lost while COMMIT was under way: the work may be done, may be undone, and may still be done later. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('COMMIT got no answer', { cause });
  }
}

/** Whether the database answers but takes no writes: it is a standby, or set to read-only. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/** Whether an error of COMMIT leaves open what became of it: no answer came, or only that the connection ends. */
export function leavesOutcomeOpen(error: unknown): boolean {
  if (error instanceof QueryRunnerAlreadyReleasedError) return false;
  return isUnavailable(error) && /^(08|57P|\D|$)/.test(sqlState(error) ?? '');
}

/** Whether a later try may succeed with the same input: the answer is then 503, never a verdict about the data. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && PASSING_STATES.test(state)) return true;
  if (!(error instanceof Error)) return false;
  if (error instanceof OutcomeUnknown) return true;
  // The library's word for a connection that ended between two statements: the next one was not sent.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  return LOST_CONNECTION.test('code' in error ? `${String(error.code)} ${error.message}` : error.message);
}
