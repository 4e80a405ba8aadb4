import type { Fields } from '../http/fields.js';
import { fullName, type People } from '../people.js';
import { invalidParameter, noSuchObject } from './graph-error.js';
import type { Meta, PageAdmin } from './meta.js';
import type { MetaPage } from './meta-page.js';
import type { Token } from './tokens.js';

/** `GET /{id}`: a Page, or a person as the Page knows them. Only what was asked for, and the id. */
export function readNode(meta: Meta, people: People, token: Token, id: string, fields: Fields): unknown {
  const wanted = fields.text('fields');
  const page = meta.page(id);
  if (page) return pick(pageNode(page), wanted ?? 'id,name');
  const person = token.pageId === undefined ? undefined : people.byPsid(token.pageId, id);
  if (!person) throw noSuchObject(id);
  const node = {
    id,
    first_name: person.firstName,
    ...(person.lastName && { last_name: person.lastName }),
    name: fullName(person),
    profile_pic: `https://cdn.example.com/profile/${id}.jpg`,
  };
  return pick(node, wanted ?? 'first_name,last_name,profile_pic');
}

/** `GET /me`: whoever the token speaks for. */
export function readMe(meta: Meta, token: Token, fields: Fields): unknown {
  const wanted = fields.text('fields') ?? 'id,name';
  const page = token.pageId === undefined ? undefined : meta.page(token.pageId);
  if (page) return pick(pageNode(page), wanted);
  if (token.userId === undefined)
    throw invalidParameter('An active access token must be used to query information about the current user.');
  return pick({ id: token.userId, name: 'Page Admin' }, wanted);
}

/** `GET /me/accounts`: the Pages of the signed-in admin, with their tokens; paged. */
export function readAccounts(meta: Meta, token: Token, fields: Fields, self: string): unknown {
  const admin = token.userId === undefined ? undefined : meta.admin(token.userId);
  if (!admin) throw invalidParameter('Tried accessing nonexisting field (accounts)');
  const limit = Math.min(Math.max(fields.number('limit') ?? 25, 1), 100);
  const from = Math.max(fields.number('after') ?? 0, 0);
  if (!token.scopes.includes('pages_show_list')) return { data: [] };
  const data = admin.pages.slice(from, from + limit).flatMap((id) => {
    const page = meta.page(id);
    if (!page) return [];
    const shown = { ...pageNode(page), ...tokenOf(meta, token, admin, page), tasks: page.adminTasks };
    return [pick(shown, fields.text('fields') ?? 'id,name,access_token,tasks')];
  });
  const after = String(from + limit);
  const more = admin.pages.length > from + limit;
  const next = `${self}?limit=${limit}&after=${after}&access_token=${encodeURIComponent(token.text)}`;
  return { data, paging: { cursors: { before: String(from), after }, ...(more && { next }) } };
}

/** `GET /me/permissions`. */
export function readPermissions(meta: Meta, token: Token): unknown {
  const { granted, declined } = (token.userId !== undefined && meta.admin(token.userId)?.consent) || NO_CONSENT;
  const told = (names: readonly string[], status: string) => names.map((permission) => ({ permission, status }));
  return { data: [...told(granted, 'granted'), ...told(declined, 'declined')] };
}

const NO_CONSENT = { granted: [], declined: [] };

/** Without a role on the Page there is no token. */
function tokenOf(meta: Meta, token: Token, admin: PageAdmin, page: MetaPage): { access_token?: string } {
  if (page.adminTasks.length === 0) return {};
  const { only } = admin.consent;
  const scopes = token.scopes.filter((scope) => only[scope]?.includes(page.id) ?? true);
  const issued = meta.tokens.issue({ kind: 'PAGE', app: token.app, pageId: page.id, userId: admin.id, scopes });
  return { access_token: issued.text };
}

function pageNode(page: MetaPage): Record<string, unknown> {
  const picture = { data: { url: `https://cdn.example.com/page/${page.id}.jpg` } };
  return { id: page.id, name: page.name, category: 'Local business', picture };
}

/** Keeps the named members; what stands in braces is for the members' own members and changes nothing here. */
function pick(node: Readonly<Record<string, unknown>>, wanted: string): Record<string, unknown> {
  const names = wanted.replace(/\{[^}]*\}/g, '').split(',');
  const kept = names.map((name) => name.trim()).filter((name) => node[name] !== undefined);
  return { ...Object.fromEntries(kept.map((name) => [name, node[name]])), id: node.id };
}
