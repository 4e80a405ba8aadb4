/** A network's answer that was not waited for any longer; whether it comes, nobody will know. */
class NotAnsweredError extends Error {
  override readonly name = 'NotAnsweredError';
}

/**
 * Rejects when there is no answer in time. A worker's calls end by themselves; one that forgot to would hold its caller for
 * good. A process that has nothing else to do does not stay for it.
 */
export function inTime<Answer>(answer: Promise<Answer>, patienceMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotAnsweredError('no answer in time')), patienceMs).unref();
  });
  return Promise.race([answer, end]).finally(() => clearTimeout(timer));
}
