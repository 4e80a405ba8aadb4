/** SQLSTATE of a database error, or undefined when `error` is something else (a lost connection has none). */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)) return error.code;
  return 'driverError' in error ? sqlState(error.driverError) : undefined;
}
