import type { CallDescription } from '../faults/call-faults.js';
import { bytes, json, type Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { isRecord } from '../http/fields.js';
import type { Api } from '../http/api.js';
import { chatOf, type Bot } from './bot.js';
import { TOKEN_SHAPE, type Bots } from './bots.js';
import { getUpdates } from './get-updates.js';
import { photoSizes, referenceOf } from './media-content.js';
import { MESSAGE_METHODS } from './message-methods.js';
import type { Phones } from './phones.js';
import { SEND_METHODS, type Method } from './send-methods.js';
import { badRequest, TelegramError, tooManyRequests } from './telegram-error.js';
import { deleteWebhook, getWebhookInfo, setWebhook } from './webhook-methods.js';

const MAX_DOWNLOAD = 20 * 1024 * 1024;

/** The methods this Bot API has. What gives a description of its own answers whole. */
const METHODS: Readonly<Record<string, Method>> = {
  getMe: (_phones, bot) => ({
    ...bot.asUser(),
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }),
  getWebhookInfo: (_phones, bot) => getWebhookInfo(bot),
  getUpdates: (_phones, bot, { fields }) => getUpdates(bot, fields),
  ...SEND_METHODS,
  ...MESSAGE_METHODS,
  getChat: (phones, bot, { fields }) => {
    const person = phones.people.byTelegramId(fields.number('chat_id') ?? NaN);
    if (!person || bot.standing(person) === 'stranger') throw badRequest('chat not found');
    return { ...chatOf(person), accent_color_id: 0, max_reaction_count: 11 };
  },
  /** Of the bot itself; people's are not simulated. */
  getUserProfilePhotos: ({ files }, bot, { fields }) => {
    const bytes = fields.text('user_id') === bot.id ? bot.picture : undefined;
    if (!bytes) return { total_count: 0, photos: [] };
    const file = files.same(bot.id, { kind: 'image', name: 'picture.png', type: 'image/png', bytes });
    return { total_count: 1, photos: [photoSizes(files, file)] };
  },
  getFile: ({ files }, bot, { fields }) => {
    const file = files.get(fields.text('file_id') ?? '');
    if (!file || file.account !== bot.id) throw badRequest('wrong file_id or the file is temporarily unavailable');
    if (file.size > MAX_DOWNLOAD) throw badRequest('file is too big');
    return { ...referenceOf(file), file_path: file.path };
  },
};

const NAMES = new Map(
  Object.keys(METHODS)
    .concat('setWebhook', 'deleteWebhook')
    .map((name) => [name.toLowerCase(), name]),
);

/** What flood control counts. */
const RATED: ReadonlySet<string> = new Set(
  Object.keys(SEND_METHODS).concat('editMessageText', 'editMessageCaption', 'editMessageReplyMarkup'),
);

/** Telegram's Bot API and its file addresses, under `/bot…` and `/file/bot…`. */
export class BotApi implements Api {
  constructor(
    private readonly bots: Bots,
    private readonly phones: Phones,
  ) {}

  describe(call: Call): CallDescription | undefined {
    const route = routeOf(call.path);
    if (!route) return undefined;
    const { token, method } = route;
    return {
      messenger: 'telegram',
      method: method === undefined ? 'file' : (NAMES.get(method.toLowerCase()) ?? method),
      verb: call.verb,
      account: this.bots.byToken(token)?.id ?? /^\d+(?=:)/.exec(token)?.[0],
      personId: call.fields.text('chat_id'),
      messageId: call.fields.text('message_id'),
      text: call.fields.text('text') ?? call.fields.text('caption') ?? albumCaption(call),
    };
  }

  async answer(call: Call): Promise<Answer> {
    try {
      return await this.result(call);
    } catch (error) {
      if (error instanceof TelegramError) return error.answer();
      throw error;
    }
  }

  refusal({ code, message = 'Bad Request: refused, as scripted' }: { code: number; message?: string }): Answer {
    return new TelegramError(code, message).answer();
  }

  tooMany(seconds: number): Answer {
    return tooManyRequests(seconds).answer();
  }

  private async result(call: Call): Promise<Answer> {
    const route = routeOf(call.path);
    if (!route || !TOKEN_SHAPE.test(route.token)) throw new TelegramError(404, 'Not Found');
    const bot = this.bots.byToken(route.token);
    if (!bot?.alive) throw new TelegramError(401, 'Unauthorized');
    if (route.file !== undefined) return this.file(bot, route.file);
    if (call.verb !== 'GET' && call.verb !== 'POST') throw new TelegramError(405, 'Method Not Allowed');
    if (call.malformed) throw badRequest("can't parse request JSON object");
    const name = NAMES.get((route.method ?? '').toLowerCase()) ?? '';
    const { flood, officialWebhooks } = this.phones.behaviour;
    if (name === 'setWebhook')
      return json(200, { ok: true, ...(await setWebhook(bot, call.fields, officialWebhooks)) });
    if (name === 'deleteWebhook') return json(200, { ok: true, ...deleteWebhook(bot, call.fields) });
    const method = METHODS[name];
    if (!method) throw new TelegramError(404, 'Not Found');
    if (flood && RATED.has(name)) bot.flood.pass(call.fields.text('chat_id') ?? '', flood);
    return json(200, { ok: true, result: await method(this.phones, bot, call) });
  }

  private file(bot: Bot, path: string): Answer {
    const file = this.phones.files.at(bot.id, path);
    if (!file || file.size > MAX_DOWNLOAD) throw new TelegramError(404, 'Not Found');
    return bytes('application/octet-stream', file.bytes);
  }
}

function routeOf(path: string): { token: string; method?: string; file?: string } | undefined {
  const [, file, token, rest] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(decode(path)) ?? [];
  if (token === undefined || rest === undefined) return undefined;
  return file ? { token, file: rest } : { token, method: rest };
}

function albumCaption({ fields }: Call): string | undefined {
  const captioned = fields.list('media')?.find((item) => isRecord(item) && typeof item.caption === 'string');
  return isRecord(captioned) ? String(captioned.caption) : undefined;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
