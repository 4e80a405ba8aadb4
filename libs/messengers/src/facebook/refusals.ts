import type { Refused } from '#messenger-kit';
import type { GraphAnswer } from './graph-api.js';

export function refused(code: string, sentence: string): Refused {
  return { kind: 'refused', code, sentence };
}

export const INVALID_TOKEN = refused(
  'token_invalid',
  'Facebook does not accept this token: it is wrong, expired or revoked.',
);

/** What a refused or unreadable answer to a call of registration means. */
export function refusalOf(answer: Exclude<GraphAnswer, { kind: 'ok' }>): Refused {
  if (answer.kind === 'unreadable') {
    return refused('messenger_failed', `Facebook gave no readable answer (${answer.status}). Try again later.`);
  }
  const { code, subcode, isTransient } = answer.error;
  if (code === 190) return INVALID_TOKEN;
  if (code === 10 || code === 200 || code === 230) {
    return refused('permission_missing', 'The token lacks a permission for this Page, or its owner lacks the role.');
  }
  const again = isTransient ? ' Try again later.' : '';
  return refused('messenger_refused', `Facebook refused (error ${[code, subcode].filter(Boolean).join('/')}).${again}`);
}

/** What it means when a call in the name of our app is refused: a token plays no part in it. */
export function appRefusalOf(answer: Exclude<GraphAnswer, { kind: 'ok' }>): Refused {
  if (answer.kind === 'error' && APP_CODES.has(answer.error.code)) return WRONG_APP;
  return refusalOf(answer);
}

/** 1 with a wrong secret, 101 with an unknown app, 190 with a token made of either. */
const APP_CODES = new Set([1, 101, 190]);
const WRONG_APP = refused(
  'app_not_accepted',
  'Facebook does not accept our Meta app: PARLEY_META_APP_ID or PARLEY_META_APP_SECRET is wrong.',
);
