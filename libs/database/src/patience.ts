import { ScopedStorage } from './scoped-storage.js';

const patience = new ScopedStorage<number>();

/**
 * Every statement that `work` asks for until it settles is given up with its connection when it has no answer after `ms`,
 * however patient its pool is otherwise: less where somebody waits for the answer, more for what is long by nature.
 */
export function withPatience<T>(ms: number, work: () => T): T {
  return patience.run(ms, work);
}

/** How many ms a statement may go without an answer; undefined where nobody said. */
export function patienceNow(): number | undefined {
  return patience.value;
}
