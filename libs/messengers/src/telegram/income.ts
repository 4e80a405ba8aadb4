import { arrayOf, at, cleanName, eventKey, fingerprint, has, idOf, isOneOfSecrets, objectOf } from '#messenger-kit';
import { parseJson, textOf, timeOf } from '#messenger-kit';
import type {
  ChannelAccount,
  IgnoredEvent,
  InboundEvent,
  IncomeMessageWorker,
  MalformedEvent,
  Sender,
  UntrustedObject,
  WebhookRequest,
  WebhookSecrets,
} from '#messenger-kit';
import { messageContent } from './content.js';
import { isServiceMessage } from './service-message.js';

/** An update with what every kind needs. */
interface Update {
  readonly source: string;
  /** Unique per bot for about a week, then it may start anywhere again: good for a key only beside ids and dates. */
  readonly id: string | undefined;
  readonly content: unknown;
}

type Converter = (update: Update) => InboundEvent;

/** https://core.telegram.org/bots/api#update */
const KINDS: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ['message', message],
  ['callback_query', callback],
  ['edited_message', edit],
  ['channel_post', ignoring('channel_post')],
  ['edited_channel_post', ignoring('channel_post')],
  ['message_reaction', ignoring('reaction')],
  ['message_reaction_count', ignoring('reaction')],
  ['business_connection', ignoring('business')],
  ['business_message', ignoring('business')],
  ['edited_business_message', ignoring('business')],
  ['deleted_business_messages', ignoring('business')],
  ...`my_chat_member chat_member chat_join_request inline_query chosen_inline_result poll poll_answer shipping_query
    pre_checkout_query purchased_paid_media chat_boost removed_chat_boost managed_bot guest_message
    stopped_message_generation subscription`
    .split(/\s+/)
    .map((kind): [string, Converter] => [kind, ignoring(kind)]),
]);

/** Telegram's own accounts: service notifications, anonymous group admins, channels. Not customers. */
const SERVICE_ACCOUNTS = new Set(['777000', '1087968824', '136817688']);

export class TelegramIncome implements IncomeMessageWorker {
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    const header = request.headers['x-telegram-bot-api-secret-token'];
    return typeof header === 'string' && isOneOfSecrets(header, secrets.signing);
  }

  convert(request: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[] {
    const source = account?.source ?? '';
    const update = objectOf(parseJson(request.body));
    if (!update) return [malformed(source, 'not_json', request.body.toString('latin1'))];
    const kinds = [...KINDS].filter(([kind]) => has(update, kind));
    if (kinds.length === 0) return [ignored(source, 'unknown_event', fingerprint(update))];
    const id = idOf(at(update, 'update_id'));
    return kinds.map(([kind, convert]) => convert({ source, id, content: update[kind] }));
  }
}

function message(update: Update): InboundEvent {
  const { source } = update;
  const wire = objectOf(update.content);
  const chat = idOf(at(wire, 'chat', 'id'));
  const id = idOf(at(wire, 'message_id'));
  if (!wire || chat === undefined || id === undefined) return malformed(source, 'message_without_id', update.content);
  const key = eventKey('message', chat, id);
  const reason = whyNotAMessage(wire, chat, id);
  if (reason !== undefined) return { kind: 'ignored', source, key, reason };
  const sentAt = timeOf(wire['date']);
  return {
    kind: 'message',
    source,
    key,
    sender: senderOf(wire['from'], chat),
    externalId: eventKey(chat, id),
    ...(sentAt && { sentAt, sentWithinMs: 1_000 }),
    content: messageContent(wire, chat),
  };
}

function whyNotAMessage(wire: UntrustedObject, chat: string, id: string): string | undefined {
  const from = objectOf(wire['from']);
  const isPrivate = at(wire, 'chat', 'type') === 'private' || idOf(from?.['id']) === chat;
  if (!isPrivate) return 'group';
  if (id === '0') return 'ephemeral';
  if (!from) return 'no_sender';
  if (from['is_bot'] === true) return 'bot';
  if (SERVICE_ACCOUNTS.has(chat)) return 'service_account';
  return isServiceMessage(wire) ? 'service_message' : undefined;
}

/** In a private chat the chat's id is the person's. */
function senderOf(from: unknown, externalId: string): Sender {
  const name =
    cleanName(textOf(at(from, 'first_name')), textOf(at(from, 'last_name'))) ?? cleanName(textOf(at(from, 'username')));
  return { scope: '', externalId, ...(name !== undefined && { name }) };
}

/** A pressed button. The update has no time of its own: `message.date` is when the buttons were sent. */
function callback(update: Update): InboundEvent {
  const { source, content } = update;
  const id = idOf(at(content, 'id'));
  const person = idOf(at(content, 'from', 'id'));
  if (id === undefined || person === undefined) return malformed(source, 'callback_without_id', content);
  const key = eventKey('callback', id);
  const chat = idOf(at(content, 'message', 'chat', 'id'));
  const payload = textOf(at(content, 'data'));
  if (chat === undefined) return { kind: 'ignored', source, key, reason: 'inline_callback' };
  if (chat !== person) return { kind: 'ignored', source, key, reason: 'group' };
  if (payload === undefined) return { kind: 'ignored', source, key, reason: 'game' };
  const title = labelOf(content, payload) ?? payload;
  const asked = idOf(at(content, 'message', 'message_id'));
  return {
    kind: 'message',
    source,
    key,
    sender: senderOf(at(content, 'from'), person),
    externalId: key,
    content: {
      text: title,
      choice: { title, payload },
      ...(asked !== undefined && { replyTo: eventKey(chat, asked) }),
    },
  };
}

/** The label that was pressed is not in the update, but on the keyboard that comes along. */
function labelOf(callbackQuery: unknown, data: string): string | undefined {
  const buttons = arrayOf(at(callbackQuery, 'message', 'reply_markup', 'inline_keyboard')).flatMap(arrayOf);
  return textOf(
    at(
      buttons.find((button) => textOf(at(button, 'callback_data')) === data),
      'text',
    ),
  );
}

/** Edits of one second differ by their update alone. */
function edit({ source, id, content }: Update): InboundEvent {
  const ids = [at(content, 'chat', 'id'), at(content, 'message_id'), at(content, 'edit_date')].map(idOf);
  const isNamed = id !== undefined && !ids.includes(undefined);
  return ignored(source, 'edit', ...ids, isNamed ? id : fingerprint(content));
}

/** Kinds without an id of their own: the content, told apart by the update where contents are equal. */
function ignoring(reason: string): Converter {
  return ({ source, id, content }) => ignored(source, reason, fingerprint(content), id);
}

function ignored(source: string, reason: string, ...ids: (string | undefined)[]): IgnoredEvent {
  return { kind: 'ignored', source, key: eventKey(reason, ...ids), reason };
}

function malformed(source: string, reason: string, wire: unknown): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(wire)), reason };
}
