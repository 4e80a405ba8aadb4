import type {
  AccountPicture,
  ChannelAccount,
  ConnectRequest,
  ConnectVerdict,
  Finding,
  Messenger,
  MessengerRegistrationWorker,
} from '#messenger-kit';

interface Account {
  readonly source: string;
  readonly name: string;
}

/** A messenger's network in memory: it knows tokens and subscriptions, and can be told to fail. */
export class FakeNetwork {
  readonly accounts = new Map<string, Account>();
  readonly subscriptions = new Map<string, Pick<ConnectRequest, 'webhookUrl' | 'webhookSecret'>>();
  unreachable: 'identify' | 'connect' | undefined;
  refuses: 'connect' | undefined;
  unavailable: string | undefined;
  /** What the messenger makes up for the other side. */
  reveal: Readonly<Record<string, string>> | undefined;
  /** What it says of a channel besides: by the account's source, until it is connected again. */
  readonly ailments = new Map<string, Finding>();
  /** What the accounts look like; `unknown`: that cannot be asked. */
  picture: AccountPicture | 'unknown' | undefined;
  unreachableForGood = false;
  /** What it heard to be known of the account that was connected last. */
  known: ConnectRequest['known'];
  /** What it says of credentials that may come to an end. */
  renews: MessengerRegistrationWorker['renew'];
  /** Called while an account is being disconnected. */
  whileDisconnecting: (() => void) | undefined;
  /** Called while an account is being looked at, before the network says what it found. */
  whileInspecting: (() => Promise<unknown>) | undefined;
  /** Called while an account is being connected, after the network knows of it. */
  whileConnecting: (() => Promise<void>) | undefined;

  messenger(callback: 'channel' | 'app', more: Partial<MessengerRegistrationWorker> = {}): Messenger {
    return {
      income: { isAuthentic: () => false, convert: () => [] },
      outcome: {
        powers: ['text'],
        pace: { perSecond: 100, perRecipient: { perSecond: 100, burst: 100 } },
        maxTextLength: 1000,
        refusal: () => undefined,
        send: () => Promise.reject(new Error('not in this test')),
        policy: () => ({ allowed: true, until: null, reason: null, kinds: ['text'], tag: null }),
        expand: (content) => [content],
      },
      registration: {
        callback,
        credentialFields: [{ name: 'token', description: 'The token of the account' }],
        unavailable: () => this.unavailable,
        appSecrets: () => ({ signing: ['app secret'], verifyToken: 'verify' }),
        identify: (credentials) => this.identify(credentials),
        connect: (request) => this.connect(request),
        picture: () =>
          this.picture === 'unknown' ? Promise.reject(new Error('ECONNRESET')) : Promise.resolve(this.picture),
        disconnect: (account) => this.disconnect(account),
        inspect: (account) => this.inspect(account),
        renew: (account, now) => this.renews?.(account, now) ?? Promise.resolve({ kind: 'not_due' }),
        ...more,
      },
    };
  }

  private identify({ token = '' }: ConnectRequest['credentials']): Promise<ConnectVerdict> {
    if (this.unreachable === 'identify') return Promise.reject(new Error(`connect ECONNREFUSED /bot${token}/getMe`));
    const account = this.accounts.get(token);
    if (account) return Promise.resolve({ kind: 'connected', ...account, credentials: { token } });
    return Promise.resolve({
      kind: 'refused',
      code: 'token_invalid',
      sentence: 'The network does not know this token.',
    });
  }

  private async connect({ credentials, webhookUrl, webhookSecret, known }: ConnectRequest): Promise<ConnectVerdict> {
    this.known = known;
    if (this.unreachable === 'connect') throw new Error(`socket hang up /bot${credentials.token}/setWebhook`);
    if (this.refuses === 'connect')
      return { kind: 'refused', code: 'bad_webhook', sentence: 'An HTTPS URL is needed.' };
    const verdict = await this.identify(credentials);
    if (verdict.kind === 'connected') this.ailments.delete(verdict.source);
    if (verdict.kind === 'connected') this.subscriptions.set(verdict.source, { webhookUrl, webhookSecret });
    await this.whileConnecting?.();
    return verdict.kind === 'connected' && this.reveal ? { ...verdict, reveal: this.reveal } : verdict;
  }

  private async inspect({ source }: ChannelAccount): Promise<Finding[]> {
    if (this.unreachableForGood) throw new Error('connect ECONNREFUSED');
    const fine: Finding = { code: 'subscription', state: 'ok', sentence: 'The network delivers to us.' };
    const found = [this.ailments.get(source) ?? fine];
    await this.whileInspecting?.();
    return found;
  }

  private disconnect(account: ChannelAccount): Promise<void> {
    if (this.unreachableForGood) return Promise.reject(new Error('connect ECONNREFUSED'));
    this.whileDisconnecting?.();
    this.subscriptions.delete(account.source);
    return Promise.resolve();
  }
}
