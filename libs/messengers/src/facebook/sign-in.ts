import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type {
  AccountSignIn,
  DialogRequest,
  GrantVerdict,
  OfferedAccount,
  OfferVerdict,
  Refused,
  Remark,
} from '#messenger-kit';
import type { GraphAnswer, GraphApi } from '../meta/graph-api.js';
import { whyUnavailable, type MetaApp } from '../meta/meta-app.js';
import { refused } from '../meta/refusals.js';
import { REFUSALS } from './refusals.js';
import { BUSINESS_PERMISSION, PAGE_PERMISSIONS, PERMISSIONS, withReasons, type Permission } from './permissions.js';
import { askAbout, type TokenFacts } from '../meta/token-facts.js';

export interface DialogSettings {
  /** Meta's website with the Graph version, such as `https://www.facebook.com/v26.0`. */
  readonly base: string;
  /** Whether Pages of a Business portfolio shall be shown, which needs one permission more. */
  readonly businessPages: boolean;
}

const PAGE_SIZE = 100;
const MOST_PAGES = 2_000;

/** Facebook Login: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow */
export class FacebookSignIn implements AccountSignIn {
  private readonly scope: string;

  constructor(
    private readonly api: GraphApi,
    private readonly app: MetaApp,
    private readonly dialog: DialogSettings,
  ) {
    const asked = [...Object.keys(PERMISSIONS), ...(dialog.businessPages ? [BUSINESS_PERMISSION] : [])];
    this.scope = asked.join(',');
  }

  dialogUrl({ redirectUri, state, again }: DialogRequest): string {
    const url = new URL(`${this.dialog.base}/dialog/oauth`);
    const query = { client_id: this.app.id ?? '', redirect_uri: redirectUri, state, scope: this.scope };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    url.searchParams.set('response_type', 'code');
    if (again) url.searchParams.set('auth_type', 'rerequest');
    return url.href;
  }

  /** Code → token of an hour or two → token of 60 days: Page tokens made with the latter have no end date. */
  async grant(returned: URLSearchParams, redirectUri: string): Promise<GrantVerdict> {
    const unavailable = whyUnavailable(this.app, 'Facebook');
    if (unavailable !== undefined) return refused('not_configured', unavailable);
    if (returned.has('error')) return refusedInDialog(returned);
    const code = returned.get('code') ?? '';
    if (!/^[\x21-\x7e]{1,4096}$/.test(code))
      return refused('code_missing', 'Facebook sent no code back. Sign in again.');
    const short = await this.token({ redirect_uri: redirectUri, code });
    if ('kind' in short) return short;
    const long = await this.token({ grant_type: 'fb_exchange_token', fb_exchange_token: short.token });
    return 'kind' in long ? long : { kind: 'granted', grant: { userToken: long.token } };
  }

  async accounts({ userToken = '' }: Readonly<Record<string, string>>): Promise<OfferVerdict> {
    const about = await askAbout(userToken, this.api, this.app);
    if (about.kind !== 'ok') return REFUSALS.ofApp(about);
    if (!about.facts.isValid || about.facts.appId !== this.app.id) return SIGN_IN_ENDED;
    const declined = await this.declined(userToken);
    const pages = await this.pages(userToken);
    if ('kind' in pages) return pages;
    const accounts = pages.flatMap((page) => offered(page, about.facts, declined));
    return { kind: 'offered', accounts, remarks: this.remarks(declined, accounts.length) };
  }

  /** https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived */
  private async token(query: Readonly<Record<string, string>>): Promise<{ readonly token: string } | Refused> {
    const { id = '', secret = '' } = this.app;
    const answer = await this.api.call({
      method: 'GET',
      path: 'oauth/access_token',
      query: { client_id: id, client_secret: secret, ...query },
    });
    if (answer.kind !== 'ok') return refusalOfExchange(answer);
    const token = textOf(at(answer.body, 'access_token'));
    return token === undefined ? REFUSALS.of({ kind: 'unreadable', status: 200 }) : { token };
  }

  /** What the person did not grant. Where Meta does not say, nothing is assumed. */
  private async declined(token: string): Promise<Permission[]> {
    const answer = await this.api.call({ method: 'GET', path: 'me/permissions', token });
    if (answer.kind !== 'ok') return [];
    const granted = arrayOf(at(answer.body, 'data'))
      .filter((one) => at(one, 'status') === 'granted')
      .map((one) => at(one, 'permission'));
    return (Object.keys(PERMISSIONS) as Permission[]).filter((name) => !granted.includes(name));
  }

  /** Page by page by its cursor: an address in an answer is never followed. */
  private async pages(token: string): Promise<readonly unknown[] | Refused> {
    const pages: unknown[] = [];
    let after: string | undefined;
    do {
      const query = { fields: 'id,name,access_token,tasks', limit: String(PAGE_SIZE), ...(after && { after }) };
      const answer = await this.api.call({ method: 'GET', path: 'me/accounts', token, query });
      if (answer.kind !== 'ok') return REFUSALS.of(answer);
      pages.push(...arrayOf(at(answer.body, 'data')));
      const hasMore = at(answer.body, 'paging', 'next') !== undefined;
      after = hasMore ? textOf(at(answer.body, 'paging', 'cursors', 'after')) : undefined;
    } while (after !== undefined && pages.length < MOST_PAGES);
    return pages;
  }

  private remarks(declined: readonly Permission[], count: number): Remark[] {
    const remarks: Remark[] = [];
    if (declined.length > 0) {
      const sentence = `Not granted: ${withReasons(declined)}. Sign in again with \`again\` and leave them ticked.`;
      remarks.push({ code: 'permission_declined', sentence });
    }
    if (count === 0 && !declined.includes('pages_show_list')) {
      const business = this.dialog.businessPages
        ? ''
        : ' Pages of a Business portfolio need PARLEY_META_BUSINESS_PAGES=on.';
      const sentence = `Facebook shows no Page of this person: they have a role on none, or ticked none in the dialog.${business}`;
      remarks.push({ code: 'no_accounts', sentence });
    }
    return remarks;
  }
}

const SIGN_IN_ENDED = refused('sign_in_ended', 'Facebook does not accept this sign-in any more. Sign in again.');

function refusedInDialog(returned: URLSearchParams): Refused {
  return returned.get('error') === 'access_denied'
    ? refused('declined', 'The sign-in was declined in Facebook’s dialog. Nothing was changed.')
    : refused('dialog_failed', 'Facebook’s dialog ended with an error. Sign in again.');
}

/** 36007, 36009: the code is too old or was used; 191: the address is not the one of the dialog. */
function refusalOfExchange(answer: Exclude<GraphAnswer, { kind: 'ok' }>): Refused {
  if (answer.kind === 'error' && answer.error.code === 100) {
    return refused('code_used', 'Facebook’s answer was used already or is too old. Sign in again.');
  }
  if (answer.kind === 'error' && answer.error.code === 191) {
    const sentence =
      'The Meta app does not allow this return address. Enter it under Facebook Login, Valid OAuth Redirect URIs.';
    return refused('redirect_uri_unknown', sentence);
  }
  return REFUSALS.ofApp(answer);
}

function offered(page: unknown, facts: TokenFacts, declined: readonly Permission[]): OfferedAccount[] {
  const source = idOf(at(page, 'id'));
  if (source === undefined) return [];
  const name = cleanName(textOf(at(page, 'name'))) ?? source;
  const token = textOf(at(page, 'access_token'));
  const obstacle = obstacleOf(page, source, facts, declined);
  if (obstacle || token === undefined) return [{ source, name, obstacle: obstacle ?? NO_ROLE, credentials: {} }];
  return [{ source, name, credentials: { pageToken: token } }];
}

const NO_ROLE: Remark = {
  code: 'role_missing',
  sentence: 'This person has no role on the Page that lets them connect it. Ask for full control of the Page.',
};

function obstacleOf(
  page: unknown,
  source: string,
  facts: TokenFacts,
  declined: readonly Permission[],
): Remark | undefined {
  const missing = PAGE_PERMISSIONS.filter((name) => declined.includes(name) || !facts.grants(name, source));
  if (missing.length > 0) {
    const sentence = `Not granted for this Page: ${withReasons(missing)}. Sign in again with \`again\` and tick it for this Page.`;
    const wasDeclined = missing.some((name) => declined.includes(name));
    return { code: wasDeclined ? 'permission_declined' : 'permission_missing', sentence };
  }
  if (textOf(at(page, 'access_token')) === undefined) return NO_ROLE;
  const tasks = arrayOf(at(page, 'tasks'));
  const lacks = [
    ...(tasks.includes('MESSAGING') ? [] : ['answering messages']),
    ...(tasks.includes('MANAGE') || tasks.includes('MODERATE') ? [] : ['managing or moderating the Page']),
  ];
  if (lacks.length === 0) return undefined;
  const sentence = `This person’s role on the Page does not include ${lacks.join(' and ')}. Ask for full control of the Page.`;
  return { code: 'task_missing', sentence };
}
