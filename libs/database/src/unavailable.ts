import { sqlState } from './sql-state.js';

/** Connection failures, shutdowns, exhausted resources, system errors; and a standby that took the primary's place. */
const PASSING_STATES = /^(08|53|57P|58|25006|40001|40P01|55P03|57014)/;
const LOST_CONNECTION =
  /ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout|not queryable|connection ended|client was closed|driver not connected/i;

/** Whether a later try may succeed with the same input: the answer is then 503, never a verdict about the data. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && PASSING_STATES.test(state)) return true;
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  return LOST_CONNECTION.test('code' in error ? `${String(error.code)} ${error.message}` : error.message);
}
