import type { CallDescription } from '../faults/call-faults.js';
import { json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';
import type { Fields } from '../http/fields.js';
import type { World } from '../world.js';
import { GraphError, malformedBody, noSuchObject, scriptedRefusal } from './graph-error.js';
import type { Meta } from './meta.js';
import type { MetaPage } from './meta-page.js';
import { readAccounts, readMe, readNode, readPermissions } from './nodes.js';
import { accessToken, debugToken } from './oauth.js';
import { pageConversations } from './page-conversations.js';
import type { SendApi } from './send-api.js';
import { dialogPage } from './sign-in-dialog.js';
import { appSubscriptions, subscribedApps } from './subscriptions.js';
import { THREAD_EDGES, threadControl } from './thread-control.js';
import { tooManyCalls, usageHeaders } from './throttle.js';
import type { Token } from './tokens.js';

const NOT_BY_TOKEN = new Set(['oauth/access_token', 'dialog/oauth']);

interface Route {
  /** Id of the thing asked about, or `me`. Empty for edges of nothing. */
  readonly node: string;
  readonly edge: string;
}

/** Meta's Graph API, under `/v26.0/…` or any other version. */
export class GraphApi implements Api {
  private readonly meta: Meta;

  constructor(
    private readonly world: World,
    private readonly sendApi: SendApi,
  ) {
    this.meta = world.meta;
  }

  describe(call: Call): CallDescription | undefined {
    const route = routeOf(call.path);
    if (!route) return undefined;
    const token = this.meta.tokens.find(tokenTextOf(call));
    return {
      messenger: 'facebook',
      method: route.edge || (route.node === 'me' ? 'me' : this.meta.page(route.node) ? 'page' : 'person'),
      verb: call.verb,
      account: token?.pageId ?? (this.meta.page(route.node) ? route.node : undefined),
      personId: call.fields.object('recipient')?.text('id'),
      messageId: call.fields.object('payload')?.text('message_id'),
      text: textOf(call.fields.object('message')),
    };
  }

  async answer(call: Call): Promise<Answer> {
    const answer = await this.unmeasured(call);
    const { usage } = this.world.behaviour;
    if (usage === undefined) return answer;
    const measured = usageHeaders(this.describe(call)?.account ?? '', usage);
    return { ...answer, headers: { ...measured, ...answer.headers } };
  }

  private async unmeasured(call: Call): Promise<Answer> {
    try {
      const route = routeOf(call.path);
      if (!route) throw noSuchObject(call.path);
      if (call.malformed) throw malformedBody();
      if (route.edge === 'dialog/oauth') return dialogPage(this.meta, call.verb, call.fields);
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

  private async result(route: Route, call: Call): Promise<unknown> {
    const { fields, verb } = call;
    if (NOT_BY_TOKEN.has(route.edge)) return accessToken(this.meta, fields);
    const token = this.meta.tokens.require(tokenTextOf(call), fields.text('appsecret_proof'));
    switch (route.edge) {
      case 'debug_token':
        return debugToken(this.meta, token, fields);
      case 'subscriptions':
        return appSubscriptions(this.appOf(route, token), verb, fields, this.meta);
      case 'accounts':
        return readAccounts(this.meta, token, fields, `http://${call.headers.host ?? ''}${call.path}`);
      case 'permissions':
        return readPermissions(this.meta, token);
      case 'messages':
        if (verb !== 'POST') throw unsupported(verb);
        return this.sendApi.send(this.pageOf(route, token), token, call);
      case 'message_attachments':
        if (verb !== 'POST') throw unsupported(verb);
        return this.sendApi.upload(this.pageOf(route, token), token, call);
      case 'conversations':
        if (verb !== 'GET') throw unsupported(verb);
        return pageConversations(this.world, this.pageOf(route, token), fields, `http://${call.headers.host ?? ''}`);
      case 'subscribed_apps':
        return subscribedApps(this.pageOf(route, token), token, verb, fields, this.meta);
      case '':
        if (verb !== 'GET') throw unsupported(verb);
        return route.node === 'me'
          ? readMe(this.meta, token, fields)
          : readNode(this.meta, this.world.people, token, route.node, fields);
      default:
        if (verb === 'POST' && THREAD_EDGES.has(route.edge)) {
          return threadControl(this.world, this.pageOf(route, token), token, route.edge, fields);
        }
        throw new GraphError({ message: `Unknown path components: /${route.edge}`, code: 2500 });
    }
  }

  /** The Page of a call that only its own token may make. */
  private pageOf(route: Route, token: Token): MetaPage {
    if (token.kind !== 'PAGE' || token.pageId === undefined) {
      const message = 'This method must be called with a Page Access Token';
      throw new GraphError({ message, code: 190, subcode: 2069032, status: 401 });
    }
    const page = route.node === 'me' || route.node === token.pageId ? this.meta.page(token.pageId) : undefined;
    if (!page) throw noSuchObject(route.node);
    return page;
  }

  private appOf(route: Route, token: Token) {
    const app = token.kind === 'APP' && token.app.id === route.node ? token.app : undefined;
    if (app) return app;
    throw new GraphError({ message: '(#15) This method must be called with an app access_token.', code: 15 });
  }
}

function routeOf(path: string): Route | undefined {
  const [, rest] = /^\/v\d+\.\d+\/(.+?)\/?$/.exec(path) ?? [];
  if (rest === undefined) return undefined;
  if (NOT_BY_TOKEN.has(rest) || rest === 'debug_token') return { node: '', edge: rest };
  const [node = '', ...edge] = rest.split('/');
  return { node, edge: edge.join('/') };
}

function tokenTextOf(call: Call): string | undefined {
  return call.fields.text('access_token') ?? /^(?:Bearer|OAuth) (.+)$/.exec(call.headers.authorization ?? '')?.[1];
}

function textOf(message: Fields | undefined): string | undefined {
  return message?.text('text') ?? message?.object('attachment')?.object('payload')?.text('text');
}

const unsupported = (verb: string) =>
  new GraphError({ message: `Unsupported ${verb.toLowerCase()} request.`, type: 'GraphMethodException', code: 100 });
