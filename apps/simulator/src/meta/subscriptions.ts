import type { Fields } from '../http/fields.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { Meta } from './meta.js';
import { ALL_FIELDS, type MetaApp } from './meta-app.js';
import type { MetaPage } from './meta-page.js';
import type { Token } from './tokens.js';

/** `/{page}/subscribed_apps`: which of the Page's events reach the app. Setting replaces the whole list. */
export function subscribedApps(page: MetaPage, token: Token, verb: string, fields: Fields, meta: Meta): unknown {
  const { app, scopes } = token;
  if (!scopes.includes('pages_manage_metadata')) {
    const message =
      '(#200) To subscribe to the messages field, one of these permissions is needed: pages_manage_metadata.';
    throw new GraphError({ message, code: 200, status: 403 });
  }
  if (verb === 'DELETE') {
    page.subscriptions.delete(app.id);
    return { success: true };
  }
  if (verb === 'POST') {
    page.subscriptions.set(app.id, wantedFields(fields, 'subscribed_fields'));
    return { success: true };
  }
  const data = [...page.subscriptions].map(([id, wanted]) => {
    return { id, name: meta.app(id)?.name ?? '', subscribed_fields: [...wanted] };
  });
  return { data };
}

/** `/{app}/subscriptions`: the app's callback; setting it does the handshake before it answers. */
export async function appSubscriptions(app: MetaApp, verb: string, fields: Fields, meta: Meta): Promise<unknown> {
  if (verb === 'POST') {
    if (fields.text('object') !== 'page') throw invalidParameter('Param object must be page');
    const url = fields.text('callback_url');
    if (!url || !URL.canParse(url)) throw invalidParameter('Param callback_url must be a valid URI');
    await meta.subscribeApp(app, url, fields.text('verify_token') ?? '', wantedFields(fields, 'fields'));
    return { success: true };
  }
  if (verb === 'DELETE') {
    app.callback = undefined;
    return { success: true };
  }
  if (!app.callback) return { data: [] };
  const wanted = [...app.callback.fields].map((name) => ({ name, version: 'v26.0' }));
  return { data: [{ object: 'page', callback_url: app.callback.url, active: true, fields: wanted }] };
}

function wantedFields(fields: Fields, name: string): ReadonlySet<string> {
  const list = fields.list(name)?.map(String) ?? fields.text(name)?.split(',');
  const wanted = (list ?? []).map((field) => field.trim()).filter(Boolean);
  if (wanted.length === 0) {
    throw new GraphError({ message: `(#100) The parameter ${name} is required.`, code: 100 });
  }
  const unknown = wanted.find((field) => !ALL_FIELDS.has(field));
  if (unknown)
    throw invalidParameter(`Param ${name} must be one of {${[...ALL_FIELDS].join(', ')}} - got "${unknown}"`);
  return new Set(wanted);
}
