import { html, json, type Answer } from '../http/answer.js';
import type { Fields } from '../http/fields.js';
import { randomText } from '../ids.js';
import { GraphError, invalidParameter } from '../meta/graph-error.js';
import type { MetaApp } from '../meta/meta-app.js';
import type { Token } from '../meta/tokens.js';
import { LONG_LIFE, type Instagram } from './instagram.js';

const HOUR = 3_600_000;

/** What the person does in the dialog. */
export interface LoginDecision {
  /** Whose account it is. */
  readonly account: string;
  readonly declined?: readonly string[];
  readonly cancel?: boolean;
}

interface Question {
  readonly app: MetaApp;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
}

/** `GET /oauth/authorize`: which account signs in, as a page for people; its form is sent back here. */
export function loginPage(instagram: Instagram, verb: string, fields: Fields): Answer {
  const question = questionOf(instagram, fields);
  if (!question) return html(400, '<h1>Invalid platform app</h1>');
  if (verb === 'POST') {
    const decision = { account: fields.text('account') ?? '', cancel: fields.has('cancel') };
    return { status: 302, headers: { location: decide(instagram, question, decision) }, body: '' };
  }
  const hidden = Object.entries(fields.values).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(String(value))}">`,
  );
  const buttons = instagram
    .all()
    .map(({ id, username }) => `<p><button name="account" value="${escaped(id)}">${escaped(username)}</button></p>`);
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in</title>
<h1>${escaped(question.app.name)} wants to answer your messages</h1>
<form method="post">${hidden.join('')}${buttons.join('')}<button name="cancel" value="1">Cancel</button></form></html>`;
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" };
  return { status: 200, headers, body: page };
}

/** Where the browser is sent when the person decides so in the dialog at this address. */
export function decideAt(instagram: Instagram, fields: Fields, decision: LoginDecision): string {
  const question = questionOf(instagram, fields);
  if (!question) throw new Error('The dialog shows an error: invalid platform app');
  return decide(instagram, question, decision);
}

/** The browser comes back with a quirk: `#_` at the end. */
function decide(instagram: Instagram, { app, redirectUri, state, scopes }: Question, decision: LoginDecision): string {
  const back = new URL(redirectUri);
  const { account, declined = [], cancel } = decision;
  if (cancel) {
    const query = { error: 'access_denied', error_reason: 'user_denied', error_description: 'The user denied' };
    for (const [name, value] of Object.entries(query)) back.searchParams.set(name, value);
  } else {
    const code = `AQB${randomText(40)}`;
    const granted = scopes.filter((scope) => !declined.includes(scope));
    instagram.codes.set(code, { redirectUri, app, account: instagram.require(account), scopes: granted });
    back.searchParams.set('code', code);
  }
  back.searchParams.set('state', state);
  return `${back.href}#_`;
}

function questionOf(instagram: Instagram, fields: Fields): Question | undefined {
  const app = instagram.app(fields.text('client_id') ?? '');
  const redirectUri = fields.text('redirect_uri') ?? '';
  if (!app || !URL.canParse(redirectUri) || fields.text('response_type') !== 'code') return undefined;
  const scopes = (fields.text('scope') ?? '').split(',').filter(Boolean);
  return { app, redirectUri, state: fields.text('state') ?? '', scopes };
}

/** `POST /oauth/access_token`: the code → a token of an hour. Errors look otherwise than those of the Graph API; the id is a number. */
export function ofCode(instagram: Instagram, fields: Fields): Answer {
  const app = instagram.app(fields.text('client_id') ?? '');
  const code = instagram.codes.get(fields.text('code') ?? '');
  if (!app || app.secret !== fields.text('client_secret')) return refused('Error validating client secret.');
  if (fields.text('grant_type') !== 'authorization_code') return refused('Invalid grant_type');
  if (!code || code.app !== app) return refused('Matching code was not found or was already used');
  if (code.redirectUri !== fields.text('redirect_uri')) {
    return refused('Error validating verification code. Please make sure your redirect_uri is identical');
  }
  instagram.codes.delete(fields.text('code') ?? '');
  const { text, scopes } = instagram.issue(app, code.account, { lifeMs: HOUR, scopes: code.scopes });
  const answer = json(200, { access_token: text, user_id: 0, permissions: scopes.join() });
  return { ...answer, body: String(answer.body).replace('"user_id":0', `"user_id":${code.account.id}`) };
}

function refused(error_message: string): Answer {
  return json(400, { error_type: 'OAuthException', code: 400, error_message });
}

/** `GET /access_token`: a token of an hour → one of 60 days. */
export function lasting(instagram: Instagram, fields: Fields): unknown {
  const short = instagram.tokens.requireLiving(fields.text('access_token'));
  if (fields.text('grant_type') !== 'ig_exchange_token') throw invalidParameter('Invalid grant_type');
  if (short.app.secret !== fields.text('client_secret')) {
    throw new GraphError({ message: 'Error validating client secret.', code: 1 });
  }
  return answerOf(instagram, short);
}

/** `GET /refresh_access_token`: 60 days more; not within a day, and not for a private account. The old one goes on living. */
export function renewed(instagram: Instagram, fields: Fields): unknown {
  const old = instagram.tokens.requireLiving(fields.text('access_token'));
  if (fields.text('grant_type') !== 'ig_refresh_token') throw invalidParameter('Invalid grant_type');
  if (Date.now() - old.issuedAt < 24 * HOUR) throw invalidParameter('The token must be at least 24 hours old');
  if (instagram.require(old.pageId ?? '').isPrivate) {
    throw new GraphError({ message: '(#10) The token of a private account cannot be refreshed', code: 10 });
  }
  return answerOf(instagram, old);
}

function answerOf(instagram: Instagram, { app, pageId = '', scopes }: Token): unknown {
  const token = instagram.issue(app, instagram.require(pageId), { lifeMs: LONG_LIFE, scopes });
  return { access_token: token.text, token_type: 'bearer', expires_in: LONG_LIFE / 1_000 };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
