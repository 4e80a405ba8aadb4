import type { Fields } from '../http/fields.js';
import { randomText } from '../ids.js';
import { GraphError, graphErrorOf, invalidParameter } from './graph-error.js';
import type { Meta } from './meta.js';
import type { MetaApp } from './meta-app.js';
import { deathOf, subcodeOf, type Token } from './tokens.js';

const HOUR = 3_600_000;
const LONG_LIFE = 60 * 24 * HOUR;
const SHORT_LIFE = 2 * HOUR;

/** `GET /oauth/access_token`: the code of the dialog → short-lived user token → long-lived one. */
export function accessToken(meta: Meta, fields: Fields): Record<string, unknown> {
  const app = checkedApp(meta, fields);
  if (fields.text('grant_type') === 'client_credentials') return { access_token: app.token, token_type: 'bearer' };
  if (fields.text('grant_type') === 'fb_exchange_token') {
    const short = meta.tokens.requireLiving(fields.text('fb_exchange_token'));
    if (short.kind !== 'USER' || short.app !== app)
      throw invalidParameter('fb_exchange_token is not a user token of this app');
    const { userId, scopes } = short;
    return answerOf(meta.tokens.issue({ kind: 'USER', app, userId, scopes, lifeMs: LONG_LIFE }));
  }
  const code = meta.codes.get(fields.text('code') ?? '');
  if (!code || code.app !== app) throw invalidParameter('This authorization code has been used.', 36009);
  if (code.redirectUri !== fields.text('redirect_uri')) {
    const message =
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request';
    throw new GraphError({ message, code: 191 });
  }
  meta.codes.delete(fields.text('code') ?? '');
  const scopes = meta.admin(code.adminId)?.consent.granted;
  return answerOf(meta.tokens.issue({ kind: 'USER', app, userId: code.adminId, scopes, lifeMs: SHORT_LIFE }));
}

/** The sign-in code an admin brings back from the dialog. */
export function issueCode(meta: Meta, app: MetaApp, redirectUri: string, adminId: string): string {
  const code = `AQB${randomText(40)}`;
  meta.codes.set(code, { redirectUri, app, adminId });
  return code;
}

/** `GET /debug_token`, asked with a token of the same app. A dead token is an answer, not an error. */
export function debugToken(meta: Meta, asker: Token, fields: Fields): Record<string, unknown> {
  const token = meta.tokens.find(fields.text('input_token'));
  if (!token) {
    return { data: { error: { code: 190, message: 'Malformed access token' }, is_valid: false, scopes: [] } };
  }
  if (token.app !== asker.app) throw invalidParameter('The App_id in the input_token did not match the Viewing App');
  const subcode = subcodeOf(token);
  const seconds = (ms: number) => Math.floor(ms / 1_000);
  return {
    data: {
      app_id: token.app.id,
      type: token.kind,
      application: token.app.name,
      is_valid: subcode === undefined,
      expires_at: seconds(token.expiresAt),
      data_access_expires_at: seconds(token.dataAccessExpiresAt),
      issued_at: seconds(token.issuedAt),
      ...(token.pageId && { profile_id: token.pageId }),
      ...(token.userId && { user_id: token.userId }),
      scopes: token.scopes,
      ...granularOf(meta, token),
      ...(subcode !== undefined && { error: pickError(subcode) }),
    },
  };
}

/** A Page's token holds for the Page; a user's permission for the Pages they chose, or for all. */
function granularOf(meta: Meta, token: Token): Record<string, unknown> {
  if (token.pageId) return { granular_scopes: token.scopes.map((scope) => ({ scope, target_ids: [token.pageId] })) };
  const { accountIds: target_ids } = token;
  if (target_ids) return { granular_scopes: token.scopes.map((scope) => ({ scope, target_ids })) };
  const only = (token.userId && meta.admin(token.userId)?.consent.only) || {};
  return { granular_scopes: token.scopes.map((scope) => ({ scope, ...(only[scope] && { target_ids: only[scope] }) })) };
}

function pickError(subcode: number): Record<string, unknown> {
  const { code, message } = graphErrorOf(deathOf(subcode));
  return { code, message, subcode };
}

function checkedApp(meta: Meta, fields: Fields): MetaApp {
  const app = meta.app(fields.text('client_id') ?? '');
  if (!app)
    throw new GraphError({
      message: 'Error validating application. Cannot get application info due to a system error.',
      code: 101,
    });
  if (app.secret !== fields.text('client_secret'))
    throw new GraphError({ message: 'Error validating client secret.', code: 1 });
  return app;
}

function answerOf(token: Token): Record<string, unknown> {
  const seconds = Math.floor((token.expiresAt - Date.now()) / 1_000);
  return { access_token: token.text, token_type: 'bearer', expires_in: seconds };
}
