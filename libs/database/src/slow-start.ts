import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { sqlState } from './sql-state.js';

const logger = new Logger('Database');
const PATIENCE_MS = 30_000;
const AGAIN_MS = 500;
/** A server that is starting, and one without a free place for a connection. */
const PASSING_STATES = /^(57P03|53300)$/;
/** The driver's words for a server that did not answer in time. */
const SLOW = /timeout/i;

/**
 * For a program that starts: a server that is only slow to answer, or starting, is asked again for half a minute. One that
 * refuses, or that nobody knows, is an error at once: it is most likely mistyped.
 */
export async function onceItAnswers<T>(connect: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!passes(error) || performance.now() > deadline) throw error;
      logger.warn(`the database does not answer yet: ${(error as Error).message}`);
      await pause(AGAIN_MS);
    }
  }
}

function passes(error: unknown): boolean {
  return PASSING_STATES.test(sqlState(error) ?? '') || (error instanceof Error && SLOW.test(error.message));
}
