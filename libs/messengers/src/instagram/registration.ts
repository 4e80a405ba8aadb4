import type {
  AccountPicture,
  ChannelAccount,
  ConnectRequest,
  ConnectVerdict,
  Finding,
  InspectRequest,
  MessengerRegistrationWorker,
  RenewVerdict,
  WebhookSecrets,
} from '#messenger-kit';
import type { Usage } from '../meta/usage.js';
import { refused } from '../meta/refusals.js';
import { type Accounts } from './account.js';
import { secretsOf, whyUnavailable, type InstagramApp } from './app.js';
import { MEANINGS } from './errors.js';
import { inspectAccount } from './inspection.js';
import { REFUSALS } from './refusals.js';
import { endOf, givenToken, isDue, renewedToken, type Tokens } from './token.js';

export class InstagramRegistration implements MessengerRegistrationWorker {
  readonly callback = 'app';
  readonly credentialFields = [
    {
      name: 'accessToken',
      description:
        'The account’s Instagram user token of 60 days, with instagram_business_basic and instagram_business_manage_messages',
    },
  ];

  constructor(
    private readonly accounts: Accounts,
    private readonly tokens: Tokens,
    private readonly app: InstagramApp,
    private readonly usage: Usage,
  ) {}

  unavailable(): string | undefined {
    return whyUnavailable(this.app);
  }

  appSecrets(): WebhookSecrets {
    return secretsOf(this.app);
  }

  identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    return this.accountOf(credentials);
  }

  /** Subscribes the account. Where the app delivers is set in Meta's dashboard; other apps go on receiving beside ours. */
  async connect({ credentials, known }: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.accountOf(credentials, known);
    if (identity.kind === 'refused') return identity;
    const { source, credentials: kept } = identity;
    return (await this.accounts.subscribe(source, kept['accessToken'] ?? '')) ?? identity;
  }

  async picture({ credentials }: ChannelAccount): Promise<AccountPicture | undefined> {
    const account = await this.accounts.ofToken(credentials['accessToken'] ?? '');
    if (account.kind !== 'ok') throw new Error('Instagram did not tell what the account looks like');
    const { pictureUrl: reference } = account;
    // The address is signed anew each time; the picture is the same as long as its path is.
    return reference === undefined ? undefined : { reference, version: new URL(reference).pathname.slice(-200) };
  }

  /** A refusal that lasts means the token is dead or the account is gone: Instagram delivers nothing any more. */
  async disconnect({ source, credentials }: ChannelAccount): Promise<void> {
    const failed = await this.accounts.unsubscribe(source, credentials['accessToken'] ?? '');
    if (!failed) return;
    const verdict = MEANINGS.verdictOf(failed);
    if (failed.kind === 'error' && verdict.kind === 'rejected' && verdict.class !== 'retryAfter') return;
    throw new Error('Instagram did not unsubscribe the account at the moment');
  }

  /** https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token */
  async renew(account: ChannelAccount, now: Date): Promise<RenewVerdict> {
    const end = endOf(account);
    if (end && end <= now) return ENDED;
    if (!isDue(account, now)) return { kind: 'not_due' };
    const { credentials } = account;
    const fresh = await this.tokens.renewed(credentials['accessToken'] ?? '');
    if (fresh.kind === 'ok') return { kind: 'renewed', credentials: renewedToken(credentials, fresh, now) };
    const verdict = MEANINGS.verdictOf(fresh);
    if (verdict.kind === 'rejected' && verdict.class === 'reauthorize') return ENDED;
    if (verdict.kind === 'unknown' || verdict.class === 'retryAfter') {
      throw new Error('Instagram did not renew the token at the moment');
    }
    return refused(
      'renewal_refused',
      `Instagram did not renew the account’s token (${verdict.code}); it renews none of a private account. Make the account public, or sign in again before the token ends.`,
    );
  }

  async inspect(account: ChannelAccount, { now }: InspectRequest): Promise<readonly Finding[]> {
    const { source } = account;
    const token = account.credentials['accessToken'] ?? '';
    const [own, subscription] = await Promise.all([
      this.accounts.ofToken(token),
      this.accounts.subscriptionOf(source, token),
    ]);
    return [...inspectAccount(account, { own, subscription }, now), this.usage.finding(source)];
  }

  private async accountOf(
    credentials: Readonly<Record<string, string>>,
    known?: ConnectRequest['known'],
  ): Promise<ConnectVerdict> {
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return refused('not_configured', unavailable);
    const token = (credentials['accessToken'] ?? '').trim();
    if (!/^[\x21-\x7e]+$/.test(token)) return refused('token_malformed', 'This is not an access token.');
    const account = await this.accounts.ofToken(token);
    if (account.kind !== 'ok') return REFUSALS.of(account);
    const { id, appScopedId, name } = account;
    const kept = { ...givenToken(token, known), ...(appScopedId !== undefined && { appScopedId }) };
    return { kind: 'connected', source: id, name, credentials: kept };
  }
}

const ENDED = refused(
  'token_ended',
  'The account’s token has ended and cannot be renewed any more. Sign in with Instagram again and choose the account.',
);
