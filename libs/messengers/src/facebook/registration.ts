import { at, cleanName, idOf, textOf } from '#messenger-kit';
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
import { MEANINGS } from './errors.js';
import type { GraphApi } from '../meta/graph-api.js';
import { refused } from '../meta/refusals.js';
import { REFUSALS } from './refusals.js';
import { inspectPage } from './inspection.js';
import { webhookSecretsOf, whyUnavailable, type MetaApp } from '../meta/meta-app.js';
import { PAGE_PERMISSIONS } from './permissions.js';
import { Subscriptions } from './subscriptions.js';
import { askAbout } from '../meta/token-facts.js';

export class FacebookRegistration implements MessengerRegistrationWorker {
  readonly callback = 'app';
  readonly credentialFields = [
    {
      name: 'pageToken',
      description: 'A Page access token of our Meta app with pages_messaging and pages_manage_metadata',
    },
  ];
  private readonly subscriptions: Subscriptions;

  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
  ) {
    this.subscriptions = new Subscriptions(api, app);
  }

  unavailable(): string | undefined {
    return whyUnavailable(this.app, 'Facebook');
  }

  appSecrets(): WebhookSecrets {
    return webhookSecretsOf(this.app);
  }

  async identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return refused('not_configured', unavailable);
    const token = (credentials['pageToken'] ?? '').trim();
    if (!/^[\x21-\x7e]+$/.test(token)) return refused('token_malformed', 'This is not a Page access token.');
    const page = await this.api.call({ method: 'GET', path: 'me', token, query: { fields: 'id,name' } });
    if (page.kind !== 'ok') return REFUSALS.of(page);
    const source = idOf(at(page.body, 'id'));
    if (source === undefined) return REFUSALS.of({ kind: 'unreadable', status: 200 });
    const problem = await this.flawOf(token, source);
    const name = cleanName(textOf(at(page.body, 'name'))) ?? source;
    return problem ?? { kind: 'connected', source, name, credentials: { pageToken: token } };
  }

  /** Subscribes the app, where it is not, and the Page. */
  async connect({ credentials, webhookUrl, takeOver = false }: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.identify(credentials);
    if (identity.kind === 'refused') return identity;
    const problem =
      (await this.subscriptions.ofApp.bringHere(webhookUrl, takeOver)) ??
      (await this.subscriptions.subscribePage(identity.source, identity.credentials['pageToken'] ?? ''));
    return problem ?? identity;
  }

  /** A refusal that lasts means the token is dead or the Page is gone: Meta delivers nothing any more. */
  async disconnect(account: ChannelAccount): Promise<void> {
    const token = account.credentials['pageToken'] ?? '';
    const answer = await this.api.call({ method: 'DELETE', path: `${account.source}/subscribed_apps`, token });
    if (answer.kind === 'ok') return;
    if (answer.kind === 'unreadable') throw new Error(`Facebook gave no readable answer (${answer.status})`);
    const verdict = MEANINGS.verdictOf(answer);
    if (verdict.kind === 'rejected' && verdict.class === 'retryAfter') {
      throw new Error(`Facebook did not unsubscribe the Page at the moment (error ${verdict.code})`);
    }
  }

  async inspect({ source, credentials }: ChannelAccount, request: InspectRequest): Promise<readonly Finding[]> {
    const token = credentials['pageToken'] ?? '';
    const [facts, page, app] = await Promise.all([
      askAbout(token, this.api, this.app),
      this.subscriptions.ofPage(source, token),
      this.subscriptions.ofApp.read(),
    ]);
    return [...inspectPage(source, { facts, page, app }, request), this.api.usage.finding(source)];
  }

  private async flawOf(token: string, page: string): Promise<Refused | undefined> {
    const answer = await askAbout(token, this.api, this.app);
    if (answer.kind !== 'ok') return REFUSALS.of(answer);
    const { facts } = answer;
    if (!facts.isValid) return REFUSALS.invalidToken;
    if (facts.appId !== this.app.id) {
      return refused('other_app', 'This token was made for another Meta app than the one configured here.');
    }
    if (!facts.isOfPage || (facts.pageId !== undefined && facts.pageId !== page)) {
      return refused('not_a_page_token', 'This is not a Page access token. Choose the Page when generating it.');
    }
    const missing = PAGE_PERMISSIONS.filter((permission) => !facts.grants(permission, page));
    if (missing.length === 0) return undefined;
    return refused(
      'permission_missing',
      `The token lacks ${missing.join(' and ')} for this Page. Grant it and make a new token.`,
    );
  }
}
