import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { codeOf, NotAskedError, OutcomeUnknownError } from './http-errors.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AnswerLimits {
  readonly maxBytes: number;
  /** Whether an answer counts from its head on, whatever becomes of its body, which is not kept. */
  readonly headOnly: boolean;
}

/**
 * One request and its answer. undici calls `onRequestStart` right before the first byte is written: an error before it
 * means "not asked", an error after it "unknown".
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private controller?: Dispatcher.DispatchController;
  private ended?: NotAskedError | OutcomeUnknownError;
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    /** Where to, without path or query. */
    private readonly where: string,
    private readonly limits: AnswerLimits,
    private readonly resolve: (answer: RawAnswer) => void,
    private readonly reject: (error: NotAskedError | OutcomeUnknownError) => void,
  ) {}

  /** Ends the exchange now, whatever stage it is in. */
  end(code: string): void {
    this.ended ??= this.failed(code);
    this.fail(this.ended);
    this.controller?.abort(this.ended);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.ended) controller.abort(this.ended);
    else this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.limits.maxBytes) this.end('answer_too_large');
    else if (!this.limits.headOnly) this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.answer();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error instanceof NotAskedError ? error : this.failed(codeOf(error)));
  }

  private answer(): void {
    this.resolve({ status: this.status, headers: this.headers, body: Buffer.concat(this.chunks) });
  }

  private fail(error: NotAskedError | OutcomeUnknownError): void {
    // Below 200 the answer is still to come.
    if (this.limits.headOnly && this.status >= 200) this.answer();
    else this.reject(error);
  }

  private failed(code: string): NotAskedError | OutcomeUnknownError {
    return this.controller
      ? new OutcomeUnknownError(code, `No whole answer from ${this.where} (${code})`)
      : new NotAskedError(code, `Could not reach ${this.where} (${code})`);
  }
}
