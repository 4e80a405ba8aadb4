import { createHmac, timingSafeEqual } from 'node:crypto';
import { randomText } from '../ids.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { MetaApp } from './meta-app.js';

export interface Token {
  readonly text: string;
  readonly kind: 'USER' | 'PAGE' | 'APP' | 'SYSTEM_USER';
  readonly app: MetaApp;
  readonly pageId?: string;
  /** WhatsApp Business Accounts it may manage. */
  readonly accountIds?: readonly string[];
  readonly userId?: string;
  issuedAt: number;
  /** 0 = never. */
  expiresAt: number;
  /** When access to the data ends, unless somebody signs in again before. */
  dataAccessExpiresAt: number;
  scopes: readonly string[];
  /** Subcode of the error 190 it gives since it died. */
  dead?: number;
}

export const SCOPES: readonly string[] = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'];

const DATA_ACCESS_MS = 90 * 24 * 3_600_000;

const DEATHS: Readonly<Record<number, string>> = {
  458: 'The user has not authorized application.',
  460: 'The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
  463: 'Session has expired.',
  492: 'The user must be an administrator, editor, or moderator of the page in order to impersonate it.',
  467: 'The access token is invalid since the user has logged out.',
};

/** All tokens of the simulated Graph API, and who may speak with them. */
export class Tokens {
  private readonly tokens = new Map<string, Token>();

  issue(
    token: Pick<Token, 'kind' | 'app' | 'pageId' | 'userId' | 'accountIds'> & {
      text?: string;
      lifeMs?: number;
      scopes?: readonly string[];
    },
  ): Token {
    const { kind, app, pageId, userId, accountIds, text = `EAA${randomText(60)}`, lifeMs, scopes = SCOPES } = token;
    const issuedAt = Date.now();
    const expiresAt = lifeMs === undefined ? 0 : issuedAt + lifeMs;
    const dataAccessExpiresAt = issuedAt + DATA_ACCESS_MS;
    const issued: Token = {
      text,
      kind,
      app,
      pageId,
      userId,
      accountIds,
      issuedAt,
      expiresAt,
      dataAccessExpiresAt,
      scopes,
    };
    this.tokens.set(text, issued);
    return issued;
  }

  find(text: string | undefined): Token | undefined {
    return text === undefined ? undefined : this.tokens.get(text);
  }

  all(): Token[] {
    return [...this.tokens.values()];
  }

  ofPage(pageId: string): Token[] {
    return [...this.tokens.values()].filter((token) => token.pageId === pageId);
  }

  ofAccount(accountId: string): Token[] {
    return [...this.tokens.values()].filter((token) => token.accountIds?.includes(accountId));
  }

  /** The living token of a call, its proof checked where there is one or the app wants one. Throws the Graph error. */
  require(text: string | undefined, proof: string | undefined): Token {
    const token = this.requireLiving(text);
    checkProof(token, proof);
    return token;
  }

  /** The same without a proof, for calls that the app's secret authorises. */
  requireLiving(text: string | undefined): Token {
    if (!text) {
      throw new GraphError({ message: 'An access token is required to request this resource.', code: 104 });
    }
    const token = this.tokens.get(text);
    if (!token) {
      const message = 'Invalid OAuth access token - Cannot parse access token';
      throw new GraphError({ message, code: 190, status: 401 });
    }
    const subcode = subcodeOf(token);
    if (subcode !== undefined) throw new GraphError({ ...deathOf(subcode), status: 401 });
    return token;
  }

  clear(): void {
    this.tokens.clear();
  }
}

export function subcodeOf(token: Token): number | undefined {
  return token.dead ?? (token.expiresAt !== 0 && token.expiresAt <= Date.now() ? 463 : undefined);
}

export function deathOf(subcode: number): { message: string; code: number; subcode: number } {
  const why = DEATHS[subcode] ?? 'The access token is not valid any more.';
  return { message: `Error validating access token: ${why}`, code: 190, subcode };
}

export function proofOf(secret: string, token: string): string {
  return createHmac('sha256', secret).update(token).digest('hex');
}

function checkProof(token: Token, proof: string | undefined): void {
  if (proof === undefined) {
    if (!token.app.requireProof || token.kind === 'APP') return;
    throw invalidParameter('API calls from the server require an appsecret_proof argument');
  }
  const right = Buffer.from(proofOf(token.app.secret, token.text));
  const given = Buffer.from(proof);
  if (right.length === given.length && timingSafeEqual(right, given)) return;
  throw invalidParameter('Invalid appsecret_proof provided in the API argument');
}
