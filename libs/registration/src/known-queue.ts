import { Problem } from '#api-kit';
import { sqlState } from '#database';

const FOREIGN_KEY_VIOLATION = '23503';

/** A channel's only foreign key is its queue, so its violation means that there is no such queue: Problem 422. */
export async function withKnownQueue<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
    throw Problem.unknown('queue', '#/queueId');
  }
}
