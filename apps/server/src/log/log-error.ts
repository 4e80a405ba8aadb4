import { stdSerializers, type SerializedError } from 'pino';

/** An error as it may stand in a log: what, where and its code; never the values of a failed statement. */
export function logError(error: Error): Pick<SerializedError, 'type' | 'message' | 'stack'> & { code?: string } {
  const { type, message, stack } = stdSerializers.err(error);
  const code = 'code' in error ? String(error.code) : undefined;
  return { type, message, stack, ...(code === undefined ? {} : { code }) };
}
