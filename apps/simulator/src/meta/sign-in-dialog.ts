import { html, type Answer } from '../http/answer.js';
import type { Fields } from '../http/fields.js';
import type { Meta } from './meta.js';
import type { MetaApp } from './meta-app.js';
import { issueCode } from './oauth.js';

/** What the person does in the dialog. */
export interface DialogDecision {
  /** Which of their Pages the app may have; default all there are. */
  readonly pages?: readonly string[];
  readonly declined?: readonly string[];
  /** Permissions that hold for some of the Pages only: the Pages by permission. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  readonly cancel?: boolean;
}

interface Question {
  readonly app: MetaApp;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
}

/** `GET /{version}/dialog/oauth` shows what is asked for, as a page for people; its form is sent back here. */
export function dialogPage(meta: Meta, verb: string, fields: Fields): Answer {
  const question = questionOf(meta, fields);
  if (!question) return html(400, '<h1>Invalid App ID or redirect_uri</h1>');
  if (verb === 'POST') {
    const declined = question.scopes.filter((scope) => !fields.flag(`scope.${scope}`));
    const pages = meta.allPages().flatMap(({ id }) => (fields.flag(`page.${id}`) ? [id] : []));
    const location = decide(meta, question, { declined, pages, cancel: fields.has('cancel') });
    return { status: 302, headers: { location }, body: '' };
  }
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" };
  return { status: 200, headers, body: form(meta, question, fields) };
}

/** Where the browser is sent when the person decides so in the dialog at this address. */
export function decideAt(meta: Meta, fields: Fields, decision: DialogDecision): string {
  const question = questionOf(meta, fields);
  if (!question) throw new Error('The dialog shows an error: invalid App ID or redirect_uri');
  return decide(meta, question, decision);
}

function decide(meta: Meta, { app, redirectUri, state, scopes }: Question, decision: DialogDecision): string {
  const back = new URL(redirectUri);
  const { declined = [], pages = meta.allPages().map(({ id }) => id), only = {}, cancel } = decision;
  if (cancel) {
    const query = { error: 'access_denied', error_reason: 'user_denied', error_description: 'Permissions error' };
    for (const [name, value] of Object.entries(query)) back.searchParams.set(name, value);
  } else {
    const granted = scopes.filter((scope) => !declined.includes(scope));
    const { id } = meta.createAdmin(pages, { granted, declined, only });
    back.searchParams.set('code', issueCode(meta, app, redirectUri, id));
  }
  back.searchParams.set('state', state);
  return back.href;
}

function questionOf(meta: Meta, fields: Fields): Question | undefined {
  const app = meta.app(fields.text('client_id') ?? '');
  const redirectUri = fields.text('redirect_uri') ?? '';
  if (!app || !URL.canParse(redirectUri) || fields.text('response_type') !== 'code') return undefined;
  const scopes = (fields.text('scope') ?? '').split(',').filter(Boolean);
  return { app, redirectUri, state: fields.text('state') ?? '', scopes };
}

function form(meta: Meta, { app, scopes }: Question, fields: Fields): string {
  const hidden = Object.entries(fields.values).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(String(value))}">`,
  );
  const box = (name: string, label: string) =>
    `<p><label><input type="checkbox" name="${escaped(name)}" value="1" checked> ${escaped(label)}</label></p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in</title>
<h1>${escaped(app.name)} wants to connect to your Pages</h1>
<form method="post">${hidden.join('')}
<h2>Pages</h2>${meta
    .allPages()
    .map(({ id, name }) => box(`page.${id}`, name))
    .join('')}
<h2>It may</h2>${scopes.map((scope) => box(`scope.${scope}`, scope)).join('')}
<button name="continue" value="1">Continue</button> <button name="cancel" value="1">Cancel</button>
</form></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
