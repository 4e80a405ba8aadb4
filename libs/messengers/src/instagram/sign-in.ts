import type {
  AccountSignIn,
  DialogRequest,
  GrantVerdict,
  OfferedAccount,
  OfferVerdict,
  Refused,
  Remark,
} from '#messenger-kit';
import type { Failed } from '../meta/app-callback.js';
import { refused } from '../meta/refusals.js';
import type { Accounts } from './account.js';
import { whyUnavailable, type InstagramApp } from './app.js';
import { NEEDED, withReasons } from './permissions.js';
import { REFUSALS } from './refusals.js';
import type { Tokens } from './token.js';

/** Instagram Login: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
export class InstagramSignIn implements AccountSignIn {
  constructor(
    private readonly accountsOf: Accounts,
    private readonly tokens: Tokens,
    private readonly app: InstagramApp,
    /** Instagram's website. */
    private readonly website: string,
  ) {}

  dialogUrl({ redirectUri, state }: DialogRequest): string {
    const url = new URL(`${this.website}/oauth/authorize`);
    const query = {
      client_id: this.app.instagram.id ?? '',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: NEEDED.join(','),
      state,
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Code → token of an hour → token of 60 days. */
  async grant(returned: URLSearchParams, redirectUri: string): Promise<GrantVerdict> {
    const unavailable = whyUnavailable(this.app);
    if (unavailable !== undefined) return refused('not_configured', unavailable);
    if (returned.has('error')) return refusedInDialog(returned);
    const code = (returned.get('code') ?? '').replace(/#_$/, '');
    if (!/^[\x21-\x7e]{1,4096}$/.test(code)) {
      return refused('code_missing', 'Instagram sent no code back. Sign in again.');
    }
    const short = await this.tokens.ofCode(code, redirectUri);
    if (short.kind !== 'ok') return refusalOfExchange(short);
    const long = await this.tokens.lasting(short.token);
    if (long.kind !== 'ok') return REFUSALS.of(long);
    const permissions = short.permissions ?? long.permissions;
    return {
      kind: 'granted',
      grant: { accessToken: long.token, ...(permissions && { permissions: permissions.join() }) },
    };
  }

  /** One: whoever signs in is the account. */
  async accounts({ accessToken = '', permissions }: Readonly<Record<string, string>>): Promise<OfferVerdict> {
    const account = await this.accountsOf.ofToken(accessToken);
    if (account.kind === 'error' && account.error.code === TOKEN_DEAD) return SIGN_IN_ENDED;
    if (account.kind !== 'ok') return REFUSALS.of(account);
    const { id: source, name } = account;
    const obstacle = permissions === undefined ? undefined : obstacleOf(permissions.split(','));
    const offered: OfferedAccount = { source, name, credentials: obstacle ? {} : { accessToken } };
    return { kind: 'offered', accounts: [obstacle ? { ...offered, obstacle } : offered], remarks: [] };
  }
}

const TOKEN_DEAD = 190;
const SIGN_IN_ENDED = refused('sign_in_ended', 'Instagram does not accept this sign-in any more. Sign in again.');

function obstacleOf(granted: readonly string[]): Remark | undefined {
  const missing = NEEDED.filter((permission) => !granted.includes(permission));
  if (missing.length === 0) return undefined;
  return {
    code: 'permission_declined',
    sentence: `Not granted: ${withReasons(missing)}. Sign in again and leave them switched on.`,
  };
}

function refusedInDialog(returned: URLSearchParams): Refused {
  return returned.get('error') === 'access_denied'
    ? refused('declined', 'The sign-in was declined in Instagram’s dialog. Nothing was changed.')
    : refused('dialog_failed', 'Instagram’s dialog ended with an error. Sign in again.');
}

/** Codes are exchanged where errors look otherwise than the Graph API's, and all alike. */
function refusalOfExchange(answer: Failed): Refused {
  const isTheirs = answer.kind === 'unreadable' && answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  if (!isTheirs && !(answer.kind === 'error' && OF_THE_CODE.has(answer.error.code))) return REFUSALS.of(answer);
  return refused(
    'code_not_accepted',
    'Instagram did not accept its own answer: it was used already or is too old, the app does not allow this return address (Business login settings, OAuth redirect URIs), or PARLEY_INSTAGRAM_APP_ID or PARLEY_INSTAGRAM_APP_SECRET is wrong. Sign in again.',
  );
}

const OF_THE_CODE = new Set([1, 100, 101, 191, 400]);
