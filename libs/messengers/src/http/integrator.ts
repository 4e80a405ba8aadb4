import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ChannelAccount, type GuardedHttp, type HttpAnswer, signed, webhookSecretsOf } from '#messenger-kit';
import { outboundSecretOf } from './secrets.js';

/** The caller's signal ends it sooner. */
const TIMEOUT_MS = 5 * 60_000;

export interface IntegratorCall {
  readonly account: ChannelAccount;
  readonly signal: AbortSignal;
  /** The same for every try, so that the integrator can tell a repetition. */
  readonly id?: string;
  readonly json: object;
}

/** Calls to the integrator's address, each signed over its very bytes. */
export class Integrator {
  constructor(private readonly http: GuardedHttp) {}

  /** Rejects with `NotAskedError` or `OutcomeUnknownError` when no answer came. */
  post({ account, signal, id = randomUUID(), json }: IntegratorCall): Promise<HttpAnswer> {
    const { url = '' } = account.credentials;
    const secrets = webhookSecretsOf(account.credentials).map(outboundSecretOf);
    const body = Buffer.from(JSON.stringify(json));
    return this.http.request({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...signed(id, body, secrets) },
      content: { body: Readable.from([body], { objectMode: false }), length: body.length },
      timeoutMs: TIMEOUT_MS,
      signal,
    });
  }
}
