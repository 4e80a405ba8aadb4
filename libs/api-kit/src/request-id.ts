import type { IncomingMessage } from 'node:http';
import { newId } from '#database';

const SANE = /^[\w.:-]{1,128}$/;

/** The caller's `X-Request-Id` where it is harmless, a new id otherwise. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : newId();
}
