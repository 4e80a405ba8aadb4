import { Injectable } from '@nestjs/common';
import { KeyRing } from '#database';

const NONCE = /^[\w-]{22}$/;

/** Proves that a webhook address leads to this installation: only its nodes know the answer to a nonce. */
@Injectable()
export class WebhookProbe {
  /** The name of the query's member that carries the nonce. */
  static readonly MEMBER = 'parley.probe';

  constructor(private readonly keys: KeyRing) {}

  /** Undefined for what is no nonce of ours. */
  answerTo(nonce: string | null): string | undefined {
    return nonce !== null && NONCE.test(nonce)
      ? this.keys.lookupHash(`webhook-probe/${nonce}`).toString('hex')
      : undefined;
  }
}
