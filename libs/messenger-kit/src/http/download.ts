import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { AnswerTooLarge, codeOf, NotAskedError, OutcomeUnknownError } from './http-errors.js';

export interface DownloadCall {
  readonly url: string;
  /** Go to the origin of `url` only, never along with a redirect to another one. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** For the whole of it, the body included. Default 5 minutes; without an end where `idleMs` is given. */
  readonly timeoutMs?: number;
  /** How long nothing may come of the body while there is room for more: the other side must hurry, the reader need not. */
  readonly idleMs?: number;
  readonly maxBytes: number;
}

export interface DownloadAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read to its end or destroyed, whatever the status: until then it holds a connection. */
  readonly body: Readable;
}

/** The time and the wish to stop, over all the hops of one download. */
export interface Limits {
  readonly maxBytes: number;
  /** How long to wait for the head of an answer. */
  readonly headMs: number;
  readonly idleMs: number | undefined;
  /** Ends it, whatever stage it is in. */
  readonly signal: AbortSignal;
}

/** One GET whose answer is passed on as it comes, no faster than it is read. */
export class Download implements Dispatcher.DispatchHandler {
  private controller?: Dispatcher.DispatchController;
  private ended?: Error;
  private body?: Readable;
  private size = 0;
  private readonly headTimer: NodeJS.Timeout;
  private idleTimer?: NodeJS.Timeout;
  private readonly stop = (): void => this.end(this.failed(endedBy(this.limits.signal)));

  constructor(
    private readonly where: string,
    private readonly limits: Limits,
    private readonly resolve: (answer: DownloadAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.headTimer = setTimeout(() => this.end(this.failed('timeout')), limits.headMs);
    if (limits.signal.aborted) this.stop();
    else limits.signal.addEventListener('abort', this.stop, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.ended) controller.abort(this.ended);
    else this.controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    clearTimeout(this.headTimer);
    if (Number(headers['content-length'] ?? 0) > this.limits.maxBytes) return this.end(this.tooLarge());
    this.body = new Readable({
      read: () => this.more(controller),
      destroy: (error, done) => {
        this.end(error ?? this.failed('aborted'));
        done(error);
      },
    });
    // It may fail before anybody reads it: whoever reads later meets the error then, and nothing falls over now.
    this.body.on('error', () => undefined);
    this.resolve({ status, headers, body: this.body });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    clearTimeout(this.idleTimer);
    this.size += chunk.length;
    if (this.size > this.limits.maxBytes) this.end(this.tooLarge());
    else if (this.body?.push(chunk) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.release();
    this.ended ??= new Error('over');
    this.body?.push(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.end(error instanceof NotAskedError ? error : this.failed(codeOf(error)));
  }

  private more(controller: Dispatcher.DispatchController): void {
    const { idleMs } = this.limits;
    clearTimeout(this.idleTimer);
    if (idleMs !== undefined && !this.ended)
      this.idleTimer = setTimeout(() => this.end(this.failed('timeout')), idleMs);
    controller.resume();
  }

  private end(error: Error): void {
    if (this.ended) return;
    this.ended = error;
    this.release();
    this.controller?.abort(error);
    this.reject(error);
    this.body?.destroy(error);
  }

  private release(): void {
    clearTimeout(this.headTimer);
    clearTimeout(this.idleTimer);
    this.limits.signal.removeEventListener('abort', this.stop);
  }

  private failed(code: string): NotAskedError | OutcomeUnknownError {
    return this.controller
      ? new OutcomeUnknownError(code, `No whole answer from ${this.where} (${code})`)
      : new NotAskedError(code, `Could not reach ${this.where} (${code})`);
  }

  private tooLarge(): AnswerTooLarge {
    return new AnswerTooLarge(`The answer of ${this.where} is larger than ${this.limits.maxBytes} bytes`);
  }
}

function endedBy({ reason }: AbortSignal): string {
  return (reason as { name?: unknown } | undefined)?.name === 'TimeoutError' ? 'timeout' : 'aborted';
}
