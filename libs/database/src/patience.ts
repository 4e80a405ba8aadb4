import { AsyncLocalStorage } from 'node:async_hooks';

const patience = new AsyncLocalStorage<number>();

/**
 * Every statement that `work` asks for, now and later, is given up with its connection when it has no answer after `ms`.
 * For work that somebody waits for; what runs by itself may take as long as it takes.
 */
export function withPatience<T>(ms: number, work: () => T): T {
  return patience.run(ms, work);
}

/** How many ms a statement may go without an answer. */
export function patienceNow(): number {
  return patience.getStore() ?? Infinity;
}
