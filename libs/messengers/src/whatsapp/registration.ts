import type {
  ChannelAccount,
  ConnectRequest,
  ConnectVerdict,
  Finding,
  InspectRequest,
  MessengerRegistrationWorker,
  Refused,
  WebhookSecrets,
} from '#messenger-kit';
import { AppCallback, type Failed } from '../meta/app-callback.js';
import type { GraphApi } from '../meta/graph-api.js';
import { webhookSecretsOf, whyUnavailable, type MetaApp } from '../meta/meta-app.js';
import { refused } from '../meta/refusals.js';
import { askAbout, type TokenFacts } from '../meta/token-facts.js';
import { BusinessAccounts, FIELDS } from './business-account.js';
import { verdictOf } from './errors.js';
import { inspectNumber } from './inspection.js';
import { NEEDED } from './permissions.js';
import { REFUSALS } from './refusals.js';

/** A token may be made for many accounts; the number's is among the first. */
const MOST_ACCOUNTS = 20;

export class WhatsAppRegistration implements MessengerRegistrationWorker {
  readonly callback = 'app';
  readonly credentialFields = [
    { name: 'phoneNumberId', description: 'The id of the phone number, as WhatsApp Manager shows it; not the number' },
    {
      name: 'accessToken',
      description:
        'A system user’s token of our Meta app with whatsapp_business_messaging and whatsapp_business_management',
    },
  ];
  private readonly accounts: BusinessAccounts;
  private readonly appCallback: AppCallback;

  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
  ) {
    this.accounts = new BusinessAccounts(api, app);
    this.appCallback = new AppCallback(api, app, { object: 'whatsapp_business_account', fields: FIELDS }, REFUSALS);
  }

  unavailable(): string | undefined {
    return whyUnavailable(this.app, 'WhatsApp');
  }

  appSecrets(): WebhookSecrets {
    return webhookSecretsOf(this.app);
  }

  async identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return refused('not_configured', unavailable);
    const source = (credentials['phoneNumberId'] ?? '').trim();
    const token = (credentials['accessToken'] ?? '').trim();
    if (!/^\d{1,64}$/.test(source)) {
      return refused(
        'number_id_malformed',
        'This is not the id of a phone number: it has digits only, and is not the number.',
      );
    }
    if (!/^[\x21-\x7e]+$/.test(token)) return refused('token_malformed', 'This is not an access token.');
    const facts = await this.factsOf(token);
    if ('kind' in facts) return facts;
    const number = await this.accounts.number(source, token);
    if (number.kind !== 'ok') return UNKNOWN_CODES.has(codeIn(number)) ? UNKNOWN_NUMBER : REFUSALS.of(number);
    if (number.id !== source) return REFUSALS.of({ kind: 'unreadable', status: 200 });
    const account = await this.accountOf(source, token, facts);
    if (typeof account !== 'string') return account;
    const kept = { phoneNumberId: source, accessToken: token, accountId: account };
    return { kind: 'connected', source, name: number.name ?? source, credentials: kept };
  }

  /** Points the app's callback to us, where it is not, and subscribes the app to the number's account. */
  async connect({ credentials, webhookUrl, takeOver = false }: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.identify(credentials);
    if (identity.kind === 'refused') return identity;
    const { accountId = '', accessToken = '' } = identity.credentials;
    const problem =
      (takeOver ? undefined : await this.rivalOf(accountId, accessToken, webhookUrl)) ??
      (await this.appCallback.bringHere(webhookUrl, takeOver)) ??
      (await this.accounts.subscribe(accountId, accessToken));
    return problem ?? identity;
  }

  /**
   * Only whole accounts are subscribed: one that has other numbers stays, for they may be channels of ours. What comes for a
   * number without a channel is counted and no more. A refusal that lasts means the token is dead: nothing is left to stop with it.
   */
  async disconnect({ source, credentials }: ChannelAccount): Promise<void> {
    const { accountId = '', accessToken = '' } = credentials;
    const numbers = await this.accounts.numbersOf(accountId, accessToken);
    if (numbers.kind !== 'ok') return requireLasting(numbers);
    if (numbers.ids.some((id) => id !== source)) return;
    const failed = await this.accounts.unsubscribe(accountId, accessToken);
    if (failed) requireLasting(failed);
  }

  async inspect({ source, credentials }: ChannelAccount, request: InspectRequest): Promise<readonly Finding[]> {
    const { accountId = '', accessToken = '' } = credentials;
    const [facts, account, app, number] = await Promise.all([
      askAbout(accessToken, this.api, this.app),
      this.accounts.subscriptionOf(accountId, accessToken),
      this.appCallback.read(),
      this.accounts.number(source, accessToken),
    ]);
    return [...inspectNumber(accountId, { facts, account, app, number }, request), this.api.usage.finding(accountId)];
  }

  /** An account may have an address of its own, which subscribing takes away. */
  private async rivalOf(account: string, token: string, webhookUrl: string): Promise<Refused | undefined> {
    const now = await this.accounts.subscriptionOf(account, token);
    if (now.kind !== 'ok') return REFUSALS.of(now);
    if (now.override === undefined || now.override === webhookUrl) return undefined;
    return refused(
      'in_use_elsewhere',
      'The WhatsApp account delivers to an address of its own. Confirm with takeOver to have it deliver here instead; the system there then gets nothing any more.',
    );
  }

  /** Asked before anything else: whatever is called with a token of another app fails for our proof of it, and tells no more. */
  private async factsOf(token: string): Promise<TokenFacts | Refused> {
    const answer = await askAbout(token, this.api, this.app);
    if (answer.kind !== 'ok') return REFUSALS.ofApp(answer);
    return this.flawOf(answer.facts) ?? answer.facts;
  }

  /** The account the number belongs to: the one among those the token was made for that has it. */
  private async accountOf(number: string, token: string, facts: TokenFacts): Promise<string | Refused> {
    const granted = NEEDED.flatMap((permission) => facts.targetsOf(permission) ?? []);
    let untold: Failed | undefined;
    for (const account of [...new Set(granted)].slice(0, MOST_ACCOUNTS)) {
      const numbers = await this.accounts.numbersOf(account, token);
      if (numbers.kind !== 'ok' && passes(numbers)) untold = numbers;
      if (numbers.kind !== 'ok' || !numbers.ids.includes(number)) continue;
      const missing = NEEDED.filter((permission) => !facts.grants(permission, account));
      return missing.length === 0 ? account : lacking(missing);
    }
    return untold ? REFUSALS.of(untold) : UNKNOWN_ACCOUNT;
  }

  private flawOf(facts: TokenFacts): Refused | undefined {
    if (!facts.isValid) return REFUSALS.invalidToken;
    if (facts.appId !== this.app.id) {
      return refused('other_app', 'This token was made for another Meta app than the one configured here.');
    }
    const missing = NEEDED.filter((permission) => !facts.has(permission));
    return missing.length === 0 ? undefined : lacking(missing);
  }
}

const UNKNOWN_CODES = new Set([33, 100]);
const UNKNOWN_NUMBER = refused(
  'number_unknown',
  'WhatsApp knows no such number for this token. Give the id of the phone number, and assign its WhatsApp account to the system user.',
);
const UNKNOWN_ACCOUNT = refused(
  'account_unknown',
  'The token does not name the WhatsApp account of this number. Assign the account to the system user and make a new token.',
);

/** @throws where asking later may do: what passes does not count as disconnected. */
function requireLasting(failed: Failed): void {
  if (!passes(failed)) return;
  if (failed.kind === 'unreadable') throw new Error(`WhatsApp gave no readable answer (${failed.status})`);
  throw new Error(`WhatsApp did not unsubscribe the account at the moment (error ${failed.error.code})`);
}

/** Whether the same may be answered later. */
function passes(failed: Failed): boolean {
  if (failed.kind === 'unreadable') return true;
  const verdict = verdictOf(failed);
  return verdict.kind === 'rejected' && verdict.class === 'retryAfter';
}

function lacking(permissions: readonly string[]): Refused {
  const sentence = `The token lacks ${permissions.join(' and ')} for this number. Grant it and make a new token.`;
  return refused('permission_missing', sentence);
}

function codeIn(answer: { readonly kind: string; readonly error?: { readonly code: number } }): number {
  return answer.error?.code ?? -1;
}
