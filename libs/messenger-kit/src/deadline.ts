/**
 * A signal that is aborted when the time is over, or with one of the others.
 *
 * Not `AbortSignal.any`: on Node 20 a signal made of `AbortSignal.timeout` is never aborted once memory was cleaned up
 * in between (https://github.com/nodejs/node/issues/54614).
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly others: readonly AbortSignal[];
  private readonly follow = (event: Event): void => this.abort((event.target as AbortSignal).reason);

  constructor(timeoutMs: number, ...others: readonly (AbortSignal | undefined)[]) {
    const timeout = () => this.abort(new DOMException('The time is over', 'TimeoutError'));
    this.timer = setTimeout(timeout, timeoutMs).unref();
    this.others = others.filter((other) => other !== undefined);
    for (const other of this.others) {
      if (other.aborted) this.abort(other.reason);
      else other.addEventListener('abort', this.follow, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Nothing is waited for any more; the signal stays as it is. */
  end(): void {
    clearTimeout(this.timer);
    for (const other of this.others) other.removeEventListener('abort', this.follow);
  }

  private abort(reason: unknown): void {
    this.end();
    this.controller.abort(reason);
  }
}
