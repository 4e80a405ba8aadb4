import { randomUUID } from 'node:crypto';
import type { CallDescription } from '../faults/call-faults.js';
import { bytes, json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';
import { isRecord } from '../http/fields.js';
import { fullName } from '../people.js';
import type { World } from '../world.js';
import { LineError, invalid, notFound, tooFast } from './line-error.js';
import { signedHeaders, type OfficialAccount } from './official-account.js';
import { Push } from './push.js';

const STICKER = /^\/stickershop\/v1\/sticker\/(\d+)\/android\/sticker\.png$/;
const MAX_ENDPOINT = 500;

/** Below `/v2/bot/`: what the ledger calls it, and what it does. */
interface Route {
  readonly verb: string;
  readonly path: RegExp;
  readonly method: string;
  answer(this: void, api: MessagingApi, account: OfficialAccount, call: Call, id: string): Answer | Promise<Answer>;
}

const ROUTES: readonly Route[] = [
  { verb: 'GET', path: /^info$/, method: 'info', answer: (api, account) => api.info(account) },
  { verb: 'GET', path: /^channel\/webhook\/endpoint$/, method: 'endpoint', answer: (api, one) => api.endpoint(one) },
  {
    verb: 'PUT',
    path: /^channel\/webhook\/endpoint$/,
    method: 'endpoint',
    answer: (api, account, call) => api.setEndpoint(account, call),
  },
  {
    verb: 'POST',
    path: /^channel\/webhook\/test$/,
    method: 'test',
    answer: (api, account, call) => api.tryEndpoint(account, call),
  },
  {
    verb: 'POST',
    path: /^message\/push$/,
    method: 'push',
    answer: (api, account, call) => api.push(account, call),
  },
  { verb: 'GET', path: /^message\/quota$/, method: 'quota', answer: (_, { quota }) => told(quotaOf(quota)) },
  {
    verb: 'GET',
    path: /^message\/quota\/consumption$/,
    method: 'consumption',
    answer: (_, { used }) => told({ totalUsage: used }),
  },
  {
    verb: 'POST',
    path: /^chat\/loading\/start$/,
    method: 'loading',
    answer: (api, account, call) => api.loading(account, call),
  },
  {
    verb: 'GET',
    path: /^profile\/([^/]+)$/,
    method: 'profile',
    answer: (_, account, __, id) => profileOf(account, id),
  },
  {
    verb: 'GET',
    path: /^message\/([^/]+)\/content$/,
    method: 'content',
    answer: (_, account, __, id) => contentOf(account, id),
  },
  {
    verb: 'GET',
    path: /^message\/([^/]+)\/content\/transcoding$/,
    method: 'transcoding',
    answer: () => told({ status: 'succeeded' }),
  },
];

/** LINE's Messaging API and its content host, under `/v2/bot/…`, and its stickers. */
export class MessagingApi implements Api {
  private readonly pushes: Push;

  constructor(private readonly world: World) {
    this.pushes = new Push(world);
  }

  describe(call: Call): CallDescription | undefined {
    if (STICKER.test(call.path)) return { messenger: 'line', method: 'sticker', verb: call.verb };
    const path = /^\/v2\/bot\/(.+)$/.exec(call.path)?.[1];
    if (path === undefined) return undefined;
    const { route, id } = routeOf(call.verb, path);
    const texts = (call.fields.list('messages') ?? []).flatMap((one) =>
      isRecord(one) && typeof one.text === 'string' ? [one.text] : [],
    );
    return {
      messenger: 'line',
      method: route?.method ?? path,
      verb: call.verb,
      account: this.world.officialAccounts.byToken(tokenOf(call))?.id,
      personId: call.fields.text('to') ?? call.fields.text('chatId') ?? (route?.method === 'profile' ? id : undefined),
      text: texts.length > 0 ? texts.join('\n') : undefined,
    };
  }

  async answer(call: Call): Promise<Answer> {
    try {
      const answer = await this.result(call);
      return { ...answer, headers: { 'x-line-request-id': randomUUID(), ...answer.headers } };
    } catch (error) {
      if (error instanceof LineError) return error.answer();
      throw error;
    }
  }

  refusal({ code, message = 'Refused, as scripted' }: { code: number; message?: string }): Answer {
    return new LineError(code >= 400 && code < 600 ? code : 400, message).answer();
  }

  tooMany(): Answer {
    return tooFast().answer();
  }

  info({ id, name, chatMode }: OfficialAccount): Answer {
    return told({ userId: id, basicId: '@sim', displayName: name, chatMode, markAsReadMode: 'auto' });
  }

  endpoint({ endpoint, useWebhook }: OfficialAccount): Answer {
    if (endpoint === undefined) throw notFound();
    return told({ endpoint, active: useWebhook });
  }

  setEndpoint(account: OfficialAccount, { fields }: Call): Answer {
    const endpoint = fields.text('endpoint') ?? '';
    if (!URL.canParse(endpoint) || endpoint.length > MAX_ENDPOINT)
      throw invalid('endpoint', 'Invalid webhook endpoint URL');
    account.endpoint = endpoint;
    account.courier.kick();
    return told({});
  }

  /** A signed call without events, to the address given or the one that is set. */
  async tryEndpoint(account: OfficialAccount, { fields }: Call): Promise<Answer> {
    const url = fields.text('endpoint') ?? account.endpoint;
    if (url === undefined || !URL.canParse(url)) throw invalid('endpoint', 'Invalid webhook endpoint URL');
    const body = Buffer.from(JSON.stringify({ destination: account.id, events: [] }));
    const headers = signedHeaders(account.secret, body);
    const { status, error } = await this.world.depot.mail.post({ url, headers }, body);
    const timestamp = new Date().toISOString();
    if (status === undefined) {
      return told({ success: false, timestamp, statusCode: 0, reason: 'COULD_NOT_CONNECT', detail: error ?? '' });
    }
    const success = status === 200;
    const reason = success ? 'OK' : 'ERROR_STATUS_CODE';
    return told({ success, timestamp, statusCode: status, reason, detail: String(status) });
  }

  push(account: OfficialAccount, { fields, headers }: Call): Answer {
    const key = headers['x-line-retry-key'];
    return told(this.pushes.send(account, fields, typeof key === 'string' ? key : undefined));
  }

  loading(account: OfficialAccount, { fields }: Call): Answer {
    const personId = fields.text('chatId') ?? '';
    const seconds = fields.number('loadingSeconds') ?? 20;
    if (!account.friend(personId)) throw invalid('chatId', 'Invalid value');
    if (seconds < 5 || seconds > 60 || seconds % 5 !== 0) throw invalid('loadingSeconds', 'Invalid value');
    const key = { messenger: 'line', account: account.id, personId } as const;
    this.world.conversations.changePhone(key, { typingUntil: Date.now() + seconds * 1_000 });
    return json(202, {});
  }

  private async result(call: Call): Promise<Answer> {
    const sticker = STICKER.exec(call.path)?.[1];
    if (sticker !== undefined) return this.sticker(sticker);
    const account = this.world.officialAccounts.byToken(tokenOf(call));
    if (!account?.alive) throw new LineError(401, 'Authentication failed. Confirm that the access token is valid.');
    const { route, id } = routeOf(call.verb, call.path.replace(/^\/v2\/bot\//, ''));
    if (!route) throw notFound();
    if (call.malformed) throw new LineError(400, 'The request body could not be parsed as JSON');
    return route.answer(this, account, call, id);
  }

  private sticker(id: string): Answer {
    const file = this.world.officialAccounts.stickers.get(id);
    if (!file) throw notFound();
    return bytes('image/png', file.bytes);
  }
}

function routeOf(verb: string, path: string): { route?: Route; id: string } {
  const route = ROUTES.find((one) => one.verb === verb && one.path.test(path));
  return { route, id: decodeURIComponent(route?.path.exec(path)?.[1] ?? '') };
}

function tokenOf(call: Call): string {
  return /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1] ?? '';
}

function quotaOf(quota: number | undefined): object {
  return quota === undefined ? { type: 'none' } : { type: 'limited', value: quota };
}

/** Of strangers, and of who blocked the account, LINE tells nothing. */
function profileOf(account: OfficialAccount, userId: string): Answer {
  const person = account.friend(userId);
  if (!person || account.isBlockedBy(userId)) throw notFound();
  return told({ displayName: fullName(person), userId, language: person.language });
}

function contentOf(account: OfficialAccount, messageId: string): Answer {
  const file = account.contents.get(messageId);
  if (!file) throw notFound();
  if (account.unsent.has(messageId)) throw new LineError(410, 'Gone');
  return bytes(file.type, file.bytes);
}

function told(body: object): Answer {
  return json(200, body);
}
