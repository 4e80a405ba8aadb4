import type { CallDescription } from '../faults/call-faults.js';
import { json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';
import type { Fields } from '../http/fields.js';
import { GraphError, invalidParameter, malformedBody, noSuchObject, scriptedRefusal } from '../meta/graph-error.js';
import { tooManyCalls } from '../meta/throttle.js';
import type { Token } from '../meta/tokens.js';
import { fullName } from '../people.js';
import type { World } from '../world.js';
import { INSTAGRAM_FIELDS } from './fields.js';
import type { InstagramAccount } from './instagram-account.js';
import { lasting, loginPage, ofCode, renewed } from './login.js';
import { MessagesEdge } from './messages-edge.js';

interface Route {
  readonly node: string;
  readonly edge: string;
}

/** In front of all paths: the hosts that are three in real life are one here, and none of Facebook's. */
const PREFIX = '/instagram';

/** graph.instagram.com, api.instagram.com, and the dialog of www.instagram.com. */
export class InstagramApi implements Api {
  private readonly messages: MessagesEdge;

  constructor(
    private readonly world: World,
    ownUrl: () => string,
  ) {
    this.messages = new MessagesEdge(world, ownUrl);
  }

  describe(call: Call): CallDescription | undefined {
    const route = routeOf(call.path);
    if (!route) return undefined;
    const { fields } = call;
    const { instagram } = this.world;
    const token = instagram.tokens.find(tokenTextOf(call));
    return {
      messenger: 'instagram',
      method: route.edge || (route.node === 'me' ? 'me' : 'person'),
      verb: call.verb,
      account: token?.pageId ?? instagram.account(route.node)?.id,
      personId: fields.object('recipient')?.text('id'),
      messageId: fields.object('payload')?.text('message_id'),
      text: fields.object('message')?.text('text'),
    };
  }

  async answer(call: Call): Promise<Answer> {
    try {
      const route = routeOf(call.path);
      if (!route) throw noSuchObject(call.path);
      if (call.malformed) throw malformedBody();
      const { instagram } = this.world;
      if (route.edge === 'authorize') return loginPage(instagram, call.verb, call.fields);
      if (route.edge === 'code') return ofCode(instagram, call.fields);
      return json(200, await this.result(route, call));
    } catch (error) {
      if (error instanceof GraphError) return error.answer();
      throw error;
    }
  }

  readonly refusal = scriptedRefusal;

  tooMany(seconds: number, { account = '' }: CallDescription): Answer {
    return tooManyCalls(account, seconds).answer();
  }

  private async result({ node, edge }: Route, call: Call): Promise<unknown> {
    const { fields, verb } = call;
    const { instagram } = this.world;
    if (edge === 'access_token') return lasting(instagram, fields);
    if (edge === 'refresh_access_token') return renewed(instagram, fields);
    const token = instagram.tokens.requireLiving(tokenTextOf(call));
    const account = instagram.require(token.pageId ?? '');
    if (edge === '' && verb === 'GET')
      return node === 'me' ? meOf(account, fields) : this.personOf(account, node, fields);
    if (node !== 'me' && node !== account.id && node !== account.appScopedId) throw noSuchObject(node);
    if (edge === 'subscribed_apps') return this.subscribedApps(account, token, verb, fields);
    if (edge === 'messages' && verb === 'POST') {
      requireScope(token, 'instagram_business_manage_messages');
      return this.messages.send(account, token, call);
    }
    throw new GraphError({ message: `Unknown path components: /${edge}`, code: 2500 });
  }

  /** People consent to being known by writing. */
  private personOf(account: InstagramAccount, id: string, fields: Fields): unknown {
    const person = this.world.people.byPsid(account.id, id);
    if (!person || account.standing(id) === 'stranger') throw noSuchObject(id);
    const username = person.username ?? fullName(person).toLowerCase().replaceAll(' ', '.');
    const profile_pic = `https://cdn.example.com/profile/${id}.jpg`;
    return pick(
      { id, name: fullName(person), username, profile_pic, follower_count: 7 },
      fields.text('fields') ?? 'name',
    );
  }

  private subscribedApps(account: InstagramAccount, token: Token, verb: string, fields: Fields): unknown {
    requireScope(token, 'instagram_business_manage_messages');
    const { app } = token;
    if (verb === 'DELETE') account.subscriptions.delete(app.id);
    if (verb === 'POST') account.subscriptions.set(app.id, wantedFields(fields));
    if (verb !== 'GET') return { success: true };
    const data = [...account.subscriptions].map(([id, wanted]) => {
      return { id, name: this.world.instagram.app(id)?.name ?? '', subscribed_fields: [...wanted] };
    });
    return { data };
  }
}

/** `user_id` is what webhooks say, `id` what the account is called towards this app. */
function meOf(account: InstagramAccount, fields: Fields): unknown {
  const { id: user_id, appScopedId: id, username, name } = account;
  const profile_picture_url = `https://cdn.example.com/account/${user_id}.jpg?oe=6AD2EA4D`;
  return pick(
    { id, user_id, username, name, profile_picture_url, account_type: 'BUSINESS' },
    fields.text('fields') ?? 'id',
  );
}

function pick(node: Readonly<Record<string, unknown>>, wanted: string): object {
  const names = [...wanted.split(',').map((name) => name.trim()), 'id'];
  return Object.fromEntries(names.filter((name) => node[name] !== undefined).map((name) => [name, node[name]]));
}

function wantedFields(fields: Fields): ReadonlySet<string> {
  const wanted = (fields.text('subscribed_fields') ?? '').split(',').filter(Boolean);
  if (wanted.length === 0) throw invalidParameter('The parameter subscribed_fields is required.');
  const unknown = wanted.find((field) => !INSTAGRAM_FIELDS.has(field));
  if (unknown)
    throw invalidParameter(
      `Param subscribed_fields must be one of {${[...INSTAGRAM_FIELDS].join(', ')}} - got "${unknown}"`,
    );
  return new Set(wanted);
}

function requireScope({ scopes }: Token, scope: string): void {
  if (scopes.includes(scope)) return;
  throw new GraphError({ message: `(#200) Requires ${scope} permission`, code: 200, status: 403 });
}

function routeOf(path: string): Route | undefined {
  if (!path.startsWith(`${PREFIX}/`)) return undefined;
  const rest = path.slice(PREFIX.length + 1).replace(/\/$/, '');
  if (rest === 'oauth/authorize') return { node: '', edge: 'authorize' };
  if (rest === 'oauth/access_token') return { node: '', edge: 'code' };
  if (rest === 'access_token' || rest === 'refresh_access_token') return { node: '', edge: rest };
  const [, node, edge = ''] = /^v\d+\.\d+\/([^/]+)(?:\/([^/]+))?$/.exec(rest) ?? [];
  return node === undefined ? undefined : { node, edge };
}

function tokenTextOf(call: Call): string | undefined {
  return call.fields.text('access_token') ?? /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
}
