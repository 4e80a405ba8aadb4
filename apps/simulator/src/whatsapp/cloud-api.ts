import type { CallDescription } from '../faults/call-faults.js';
import { json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';
import { GraphError, malformedBody, noSuchObject, scriptedRefusal } from '../meta/graph-error.js';
import { tooManyCalls } from '../meta/throttle.js';
import type { Token } from '../meta/tokens.js';
import type { World } from '../world.js';
import { MediaEdge } from './media-edge.js';
import { MessagesEdge } from './messages-edge.js';

interface Route {
  readonly node: string;
  readonly edge: string;
  readonly of: 'number' | 'account' | 'media';
}

/** WhatsApp's share of the Graph API: numbers, their accounts, and media, under `/v26.0/…` or any other version. */
export class CloudApi implements Api {
  private readonly messages: MessagesEdge;
  private readonly media: MediaEdge;

  constructor(
    private readonly world: World,
    ownUrl: () => string,
  ) {
    this.messages = new MessagesEdge(world);
    this.media = new MediaEdge(world.files, ownUrl);
  }

  describe(call: Call): CallDescription | undefined {
    const kept = this.media.fileAt(call.path);
    if (kept) return { messenger: 'whatsapp', method: 'media', verb: call.verb, account: kept.account };
    const route = this.routeOf(call.path);
    if (!route) return undefined;
    const { fields } = call;
    return {
      messenger: 'whatsapp',
      method: route.edge || route.of,
      verb: call.verb,
      account: route.of === 'media' ? this.world.files.get(route.node)?.account : route.node,
      personId: fields.text('recipient') ?? fields.text('to'),
      messageId: fields.object('reaction')?.text('message_id') ?? fields.text('message_id'),
      text: fields.object('text')?.text('body') ?? fields.object('interactive')?.object('body')?.text('text'),
    };
  }

  async answer(call: Call): Promise<Answer> {
    try {
      const { tokens } = this.world.meta;
      if (isFile(call)) {
        tokens.requireLiving(bearerOf(call));
        return this.media.content(call);
      }
      const token = tokens.require(bearerOf(call), call.fields.text('appsecret_proof'));
      const route = this.routeOf(call.path);
      if (!route) throw noSuchObject(call.path);
      if (call.malformed) throw malformedBody();
      return json(200, await this.result(route, call, token));
    } catch (error) {
      if (error instanceof GraphError) return error.answer();
      throw error;
    }
  }

  readonly refusal = scriptedRefusal;

  tooMany(seconds: number, { account = '' }: CallDescription): Answer {
    return tooManyCalls(account, seconds).answer();
  }

  private async result({ node, edge, of }: Route, call: Call, token: Token): Promise<unknown> {
    const { verb } = call;
    const accountId = of === 'account' ? node : this.accountOf(node);
    if (!token.accountIds?.includes(accountId)) throw noSuchObject(node);
    const name = `${verb} ${of} ${edge}`;
    if (name === 'POST number messages')
      return this.messages.send(this.world.numbers.require(node), token, call.fields);
    if (name === 'POST number media') return this.media.upload(this.world.numbers.require(node), call);
    if (name === 'GET number ') return this.numberNode(node);
    if (name === 'GET media ') return this.media.node(node);
    checkManagement(token);
    if (name === 'GET account phone_numbers') {
      return { data: this.world.numbers.ofAccount(node).map(({ id }) => this.numberNode(id)) };
    }
    if (of === 'account' && edge === 'subscribed_apps') return this.subscribedApps(node, token, verb);
    throw new GraphError({ message: `Unsupported ${verb.toLowerCase()} request.`, code: 100 });
  }

  private numberNode(numberId: string): object {
    const { id, name, display } = this.world.numbers.require(numberId);
    const platform = { quality_rating: 'GREEN', platform_type: 'CLOUD_API', code_verification_status: 'VERIFIED' };
    return { id, display_phone_number: `+${display}`, verified_name: name, ...platform };
  }

  private subscribedApps(accountId: string, { app }: Token, verb: string): object {
    const { subscriptions } = this.world.numbers;
    const apps = subscriptions.get(accountId) ?? new Set<string>();
    subscriptions.set(accountId, apps);
    if (verb === 'GET') {
      const data = [...apps].map((id) => ({
        whatsapp_business_api_data: { id, name: this.world.meta.app(id)?.name ?? '' },
      }));
      return { data };
    }
    if (verb === 'POST') apps.add(app.id);
    else apps.delete(app.id);
    return { success: true };
  }

  private accountOf(node: string): string {
    const number = this.world.numbers.get(node) ?? this.world.numbers.get(this.world.files.get(node)?.account ?? '');
    return number?.accountId ?? '';
  }

  private routeOf(path: string): Route | undefined {
    const [, node = '', edge = ''] = /^\/v\d+\.\d+\/([^/]+)(?:\/([^/]+))?\/?$/.exec(path) ?? [];
    const { numbers, files } = this.world;
    if (numbers.get(node)) return { node, edge, of: 'number' };
    if (numbers.ofAccount(node).length > 0) return { node, edge, of: 'account' };
    return numbers.get(files.get(node)?.account ?? '') ? { node, edge, of: 'media' } : undefined;
  }
}

function checkManagement({ scopes }: Token): void {
  if (scopes.includes('whatsapp_business_management')) return;
  const message = '(#200) You do not have the necessary permissions: whatsapp_business_management';
  throw new GraphError({ message, code: 200, status: 403 });
}

function bearerOf(call: Call): string | undefined {
  return /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
}

function isFile(call: Call): boolean {
  return call.path.startsWith('/whatsapp_business/');
}
