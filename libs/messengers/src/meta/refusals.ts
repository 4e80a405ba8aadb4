import type { Refused } from '#messenger-kit';
import type { GraphAnswer } from './graph-api.js';
import type { Names } from './names.js';

type Failed = Exclude<GraphAnswer, { kind: 'ok' }>;

export function refused(code: string, sentence: string): Refused {
  return { kind: 'refused', code, sentence };
}

/** 1 with a wrong secret, 101 with an unknown app, 190 with a token made of either. */
const APP_CODES = new Set([1, 101, 190]);

/** What refused and unreadable answers to calls of registration mean, in the words of one network. */
export class Refusals {
  readonly invalidToken: Refused;
  private readonly wrongApp: Refused;

  constructor(readonly names: Names) {
    const { network } = names;
    this.invalidToken = refused(
      'token_invalid',
      `${network} does not accept this token: it is wrong, expired or revoked.`,
    );
    this.wrongApp = refused(
      'app_not_accepted',
      `${network} does not accept our Meta app: PARLEY_META_APP_ID or PARLEY_META_APP_SECRET is wrong.`,
    );
  }

  of(answer: Failed): Refused {
    const { network, account } = this.names;
    if (answer.kind === 'unreadable') {
      return refused('messenger_failed', `${network} gave no readable answer (${answer.status}). Try again later.`);
    }
    const { code, subcode, isTransient } = answer.error;
    if (code === 190) return this.invalidToken;
    if (code === 10 || code === 200 || code === 230) {
      const sentence = `The token lacks a permission for this ${account}, or its owner lacks the role.`;
      return refused('permission_missing', sentence);
    }
    const again = isTransient ? ' Try again later.' : '';
    const error = [code, subcode].filter(Boolean).join('/');
    return refused('messenger_refused', `${network} refused (error ${error}).${again}`);
  }

  /** What it means when a call in the name of our app is refused: a token plays no part in it. */
  ofApp(answer: Failed): Refused {
    return answer.kind === 'error' && APP_CODES.has(answer.error.code) ? this.wrongApp : this.of(answer);
  }
}
