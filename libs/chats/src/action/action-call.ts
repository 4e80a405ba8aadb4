import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { GuardedHttp, signed } from '#messenger-kit';
import { type ActionOutcome, outcomeOf, outcomeOfError } from './action-outcome.js';

export interface SignedCall {
  /** The run's id: the same for every try, so that the called system can tell a repetition. */
  readonly id: string;
  readonly url: string;
  readonly secrets: readonly Buffer[];
  readonly json: object;
}

/** For one try, connecting included. */
const TIMEOUT_MS = 10_000;

/** Calls an action's address, signed as of Standard Webhooks over the very bytes that are sent. */
@Injectable()
export class ActionCall {
  constructor(private readonly http: GuardedHttp) {}

  /** Never rejects for what the other side does. */
  async make({ id, url, secrets, json }: SignedCall): Promise<ActionOutcome> {
    const body = Buffer.from(JSON.stringify(json));
    const headers = { 'content-type': 'application/json', ...signed(id, body, secrets) };
    const content = { body: Readable.from([body], { objectMode: false }), length: body.length };
    try {
      return outcomeOf(await this.http.request({ method: 'POST', url, headers, content, timeoutMs: TIMEOUT_MS }));
    } catch (error) {
      return outcomeOfError(error);
    }
  }
}
