import type { CallDescription } from '../faults/call-faults.js';
import { json, type Answer } from '../http/answer.js';
import type { Api } from '../http/api.js';
import type { Call } from '../http/call.js';
import { fullName } from '../people.js';
import type { World } from '../world.js';
import { viberMediaUrl } from './media-host.js';
import { sendMessage } from './send-message.js';
import type { ViberBot } from './viber-bot.js';
import { badData, missingData, tooManyRequests, ViberError } from './viber-error.js';
import { EVENT_TYPES, setWebhook } from './webhook.js';

const HALF_A_DAY = 12 * 3_600_000;
const ROUTE = /^\/pa\/([a-z_]+)\/?$/;

/** Viber's REST Bot API, under `/pa/…`. HTTP says 200 to everything. */
export class ViberRestApi implements Api {
  constructor(
    private readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  describe(call: Call): CallDescription | undefined {
    const method = ROUTE.exec(call.path)?.[1];
    if (method === undefined) return undefined;
    return {
      messenger: 'viber',
      method,
      verb: call.verb,
      account: this.world.viberBots.byToken(tokenOf(call))?.id,
      personId: call.fields.text('receiver') ?? call.fields.text('id'),
      text: call.fields.text('text'),
    };
  }

  async answer(call: Call): Promise<Answer> {
    try {
      return await this.result(call);
    } catch (error) {
      if (error instanceof ViberError) return error.answer();
      throw error;
    }
  }

  refusal({ code, message = 'refused, as scripted' }: { code: number; message?: string }): Answer {
    return new ViberError(code, message).answer();
  }

  /** It does not say for how long. */
  tooMany(): Answer {
    return tooManyRequests().answer();
  }

  private async result(call: Call): Promise<Answer> {
    const token = tokenOf(call);
    const bot = this.world.viberBots.byToken(token);
    if (token === '') throw new ViberError(2, 'missing_auth_token');
    if (!bot?.alive) throw new ViberError(2, 'invalidAuthToken');
    if (call.verb !== 'POST') throw badData('POST only');
    if (call.malformed) throw badData('the body is not a JSON object');
    const method = ROUTE.exec(call.path)?.[1];
    if (method === 'get_account_info') return ok(this.accountInfo(bot));
    if (method === 'set_webhook') return ok(await setWebhook(this.world, bot, call.fields));
    if (method === 'get_user_details') return withToken(this.userDetails(bot, call), this.world.viberBots.nextToken());
    if (method !== 'send_message') throw badData(`there is no ${method}`);
    const { token: accepted, billingStatus } = await sendMessage(this.world, bot, call);
    return withToken({ chat_hostname: 'SN-CHAT-13_', billing_status: billingStatus }, accepted);
  }

  private accountInfo({ id, name, picture, webhook, subscribers }: ViberBot): object {
    const icon = picture && ({ kind: 'image', name: 'icon.png', type: 'image/png', bytes: picture } as const);
    return {
      id,
      chat_hostname: 'SN-CHAT-13_',
      name,
      uri: `sim${id.slice(-6)}`,
      ...(icon && { icon: viberMediaUrl(this.ownUrl(), this.world.files.same(id, icon)) }),
      ...(webhook && { webhook: webhook.url, event_types: webhook.eventTypes ?? EVENT_TYPES }),
      members: [],
      subscribers_count: subscribers,
    };
  }

  /** Twice in twelve hours for one person. */
  private userDetails(bot: ViberBot, { fields }: Call): object {
    const id = fields.text('id');
    if (!id) throw missingData('id');
    const known = bot.byUserId(id);
    if (!known) throw new ViberError(5, 'receiverNotRegistered');
    if (known.standing !== 'subscribed') throw new ViberError(6, 'receiverNotSubscribed');
    const now = Date.now();
    known.asked = known.asked.filter((at) => now - at < HALF_A_DAY);
    if (known.asked.length >= 2) throw tooManyRequests();
    known.asked.push(now);
    const { person } = known;
    const user = { id, name: fullName(person), country: 'UA', language: person.language, api_version: 10 };
    return { user: { ...user, primary_device_os: 'Android 15', viber_version: '26.1.0', device_type: 'Pixel 9' } };
  }
}

function tokenOf({ headers }: Call): string {
  const header = headers['x-viber-auth-token'];
  return typeof header === 'string' ? header : '';
}

function ok(body: object): Answer {
  return json(200, { status: 0, status_message: 'ok', ...body });
}

/** The token is a number, and too long for one. */
function withToken(body: object, token: string): Answer {
  const answer = ok(body);
  return { ...answer, body: `{"message_token":${token},${String(answer.body).slice(1)}` };
}
