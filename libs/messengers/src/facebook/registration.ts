import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type {
  ChannelAccount,
  ConnectRequest,
  ConnectVerdict,
  MessengerRegistrationWorker,
  WebhookSecrets,
} from '#messenger-kit';
import type { GraphAnswer, GraphApi } from './graph-api.js';

/** Replaces the Page's list. One unknown field fails the whole call. */
const SUBSCRIBED_FIELDS = [
  'messages',
  'messaging_postbacks',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'message_reactions',
  'message_edits',
  'messaging_referrals',
  'messaging_optins',
  'messaging_optouts',
  'messaging_policy_enforcement',
  'messaging_handovers',
  'standby',
].join(',');

const NEEDED_SCOPES = ['pages_messaging', 'pages_manage_metadata'];

/** Our Meta app, as far as it is configured. */
export interface MetaApp {
  readonly id: string | undefined;
  readonly secret: string | undefined;
  readonly verifyToken: string | undefined;
}

export class FacebookRegistration implements MessengerRegistrationWorker {
  readonly callback = 'app';
  readonly credentialFields = [
    {
      name: 'pageToken',
      description: 'A Page access token of our Meta app with pages_messaging and pages_manage_metadata',
    },
  ];

  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
  ) {}

  unavailable(): string | undefined {
    const missing = [
      this.app.id ? '' : 'PARLEY_META_APP_ID',
      this.app.secret ? '' : 'PARLEY_META_APP_SECRET',
      this.app.verifyToken ? '' : 'PARLEY_META_VERIFY_TOKEN',
    ].filter((name) => name !== '');
    return missing.length === 0 ? undefined : `Facebook is not configured: set ${missing.join(', ')}.`;
  }

  appSecrets(): WebhookSecrets {
    const { secret, verifyToken } = this.app;
    return { signing: secret ? [secret] : [], ...(verifyToken && { verifyToken }) };
  }

  async identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return refused('not_configured', unavailable);
    const token = (credentials['pageToken'] ?? '').trim();
    if (!/^[\x21-\x7e]+$/.test(token)) return refused('token_malformed', 'This is not a Page access token.');
    const page = await this.api.call({ method: 'GET', path: 'me', token, query: { fields: 'id,name' } });
    if (page.kind !== 'ok') return refusalOf(page);
    const source = idOf(at(page.body, 'id'));
    if (source === undefined) return refusalOf({ kind: 'unreadable', status: 200 });
    const problem = await this.inspectToken(token, source);
    const name = cleanName(textOf(at(page.body, 'name'))) ?? source;
    return problem ?? { kind: 'connected', source, name, credentials: { pageToken: token } };
  }

  /** https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps */
  async connect(request: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.identify(request.credentials);
    if (identity.kind === 'refused') return identity;
    const answer = await this.api.call({
      method: 'POST',
      path: `${identity.source}/subscribed_apps`,
      token: identity.credentials['pageToken'] ?? '',
      query: { subscribed_fields: SUBSCRIBED_FIELDS },
    });
    if (answer.kind !== 'ok') return refusalOf(answer);
    return at(answer.body, 'success') === true ? identity : refusalOf({ kind: 'unreadable', status: 200 });
  }

  /** A refusal means the token is dead or the Page is gone: Meta delivers nothing any more. */
  async disconnect(account: ChannelAccount): Promise<void> {
    const token = account.credentials['pageToken'] ?? '';
    const answer = await this.api.call({ method: 'DELETE', path: `${account.source}/subscribed_apps`, token });
    if (answer.kind === 'unreadable') throw new Error(`Facebook gave no readable answer (${answer.status})`);
  }

  /** https://developers.facebook.com/docs/graph-api/reference/debug_token. A dead token is told with status 200. */
  private async inspectToken(token: string, page: string): Promise<ConnectVerdict | undefined> {
    const appToken = `${this.app.id}|${this.app.secret}`;
    const answer = await this.api.call({
      method: 'GET',
      path: 'debug_token',
      token: appToken,
      query: { input_token: token },
    });
    if (answer.kind !== 'ok') return refusalOf(answer);
    const data = at(answer.body, 'data');
    if (at(data, 'is_valid') !== true) return INVALID_TOKEN;
    if (idOf(at(data, 'app_id')) !== this.app.id) {
      return refused('other_app', 'This token was made for another Meta app than the one configured here.');
    }
    const profile = idOf(at(data, 'profile_id'));
    if (at(data, 'type') !== 'PAGE' || (profile !== undefined && profile !== page)) {
      return refused('not_a_page_token', 'This is not a Page access token. Choose the Page when generating it.');
    }
    const missing = NEEDED_SCOPES.filter((scope) => !isGranted(data, scope, page));
    if (missing.length === 0) return undefined;
    return refused(
      'permission_missing',
      `The token lacks ${missing.join(' and ')} for this Page. Grant it and make a new token.`,
    );
  }
}

/** A scope may be granted for some Pages only; then it names them. */
function isGranted(data: unknown, scope: string, page: string): boolean {
  const granular = arrayOf(at(data, 'granular_scopes')).filter((one) => at(one, 'scope') === scope);
  const targets = granular.map((one) => at(one, 'target_ids')).filter(Array.isArray);
  const isForPage = targets.length === 0 || targets.some((ids) => ids.map(idOf).includes(page));
  return arrayOf(at(data, 'scopes')).includes(scope) && isForPage;
}

type Refused = Extract<ConnectVerdict, { kind: 'refused' }>;

function refused(code: string, sentence: string): Refused {
  return { kind: 'refused', code, sentence };
}

const INVALID_TOKEN = refused('token_invalid', 'Facebook does not accept this token: it is wrong, expired or revoked.');

function refusalOf(answer: Exclude<GraphAnswer, { kind: 'ok' }>): Refused {
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
