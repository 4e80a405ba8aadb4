import type { Fields } from '../http/fields.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { Meta } from './meta.js';
import { ALL_FIELDS, WHATSAPP_FIELDS, type MetaApp } from './meta-app.js';
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
    const object = fields.text('object');
    const isWhatsApp = object === 'whatsapp_business_account';
    if (object !== 'page' && !isWhatsApp)
      throw invalidParameter('Param object must be page or whatsapp_business_account');
    const url = fields.text('callback_url');
    if (!url || !URL.canParse(url)) throw invalidParameter('Param callback_url must be a valid URI');
    const word = fields.text('verify_token') ?? '';
    if (isWhatsApp) await meta.subscribeAppToWhatsApp(app, url, word, wantedFields(fields, 'fields', WHATSAPP_FIELDS));
    else await meta.subscribeApp(app, url, word, wantedFields(fields, 'fields'));
    return { success: true };
  }
  if (verb === 'DELETE') {
    app.callback = undefined;
    app.whatsAppCallback = undefined;
    return { success: true };
  }
  const callbacks = { page: app.callback, whatsapp_business_account: app.whatsAppCallback };
  const data = Object.entries(callbacks).flatMap(([object, callback]) => {
    const wanted = [...(callback?.fields ?? [])].map((name) => ({ name, version: 'v26.0' }));
    return callback ? [{ object, callback_url: callback.url, active: true, fields: wanted }] : [];
  });
  return { data };
}

function wantedFields(fields: Fields, name: string, known = ALL_FIELDS): ReadonlySet<string> {
  const list = fields.list(name)?.map(String) ?? fields.text(name)?.split(',');
  const wanted = (list ?? []).map((field) => field.trim()).filter(Boolean);
  if (wanted.length === 0) {
    throw new GraphError({ message: `(#100) The parameter ${name} is required.`, code: 100 });
  }
  const unknown = wanted.find((field) => !known.has(field));
  if (unknown) throw invalidParameter(`Param ${name} must be one of {${[...known].join(', ')}} - got "${unknown}"`);
  return new Set(wanted);
}
