import { cleanName, idOf, textOf } from '#messenger-kit';
import type { Refused, UntrustedObject } from '#messenger-kit';
import type { Failed } from './line-api.js';

export function refused(code: string, sentence: string): Refused {
  return { kind: 'refused', code, sentence };
}

export const refusals = {
  token: refused(
    'token_invalid',
    'LINE does not accept this channel access token. Issue a long-lived one in the LINE Developers Console, on the channel’s Messaging API tab.',
  ),
  secretShape: refused(
    'secret_malformed',
    'This is not a channel secret. The LINE Developers Console shows it on the channel’s Basic settings tab.',
  ),
  needsHttps: refused(
    'address_not_https',
    'LINE delivers to https addresses only, with a certificate it trusts. Set PARLEY_PUBLIC_URL to one.',
  ),
};

const WRONG_SECRET = refused(
  'secret_wrong',
  'LINE signs this account’s webhooks with another channel secret than this one. Copy it anew from the Basic settings tab of the channel the token belongs to.',
);

/** What a refused or unreadable answer to calls of registration means. */
export function refusalOf(answer: Failed): Refused {
  const { status } = answer;
  if (answer.kind === 'unreadable' || status >= 500) {
    return refused('messenger_failed', `LINE could not do it at the moment (status ${status}). Try again later.`);
  }
  if (status === 401) return refusals.token;
  if (status === 403) {
    return refused(
      'permission_missing',
      'LINE does not allow this token to do that. Take one of the account’s own channel.',
    );
  }
  if (status === 429) return refused('rate_limited', 'LINE asks to wait a moment. Try again in a minute.');
  const said = cleanName(answer.message);
  return refused('messenger_refused', `LINE refused (error ${status}${said === undefined ? '' : `: ${said}`}).`);
}

/** What came of LINE trying our address; undefined when all is well. Our door answers 401 to whoever signs otherwise. */
export function refusalOfTest(result: UntrustedObject): Refused | undefined {
  if (result['success'] === true) return undefined;
  const status = idOf(result['statusCode']);
  if (status === '401' || status === '403') return WRONG_SECRET;
  const reason = cleanName(textOf(result['detail']) ?? textOf(result['reason'])) ?? `status ${status ?? 'unknown'}`;
  return refused(
    'webhook_unreachable',
    `LINE tried this server’s webhook address and did not get through (${reason}). Make sure that it can be reached over https with a trusted certificate.`,
  );
}
