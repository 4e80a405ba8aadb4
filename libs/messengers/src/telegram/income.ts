import { at, fingerprint, has, eventKey, idOf, isOneOfSecrets, objectOf, parseJson } from '#messenger-kit';
import type { ChannelAccount, InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { callback } from './inbound/callback.js';
import { membership } from './inbound/membership.js';
import { edit, message } from './inbound/message.js';
import { reaction } from './inbound/reaction.js';
import { ignored, ignoring, malformed, type Converter } from './inbound/update.js';

/** https://core.telegram.org/bots/api#update; why some are ignored stands in the README. */
const KINDS: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ['message', message],
  ['edited_message', edit],
  ['callback_query', callback],
  ['message_reaction', reaction],
  ['my_chat_member', membership],
  ['channel_post', ignoring('channel_post')],
  ['edited_channel_post', ignoring('channel_post')],
  ['message_reaction_count', ignoring('reaction_count')],
  ['business_connection', ignoring('business')],
  ['business_message', ignoring('business')],
  ['edited_business_message', ignoring('business')],
  ['deleted_business_messages', ignoring('business')],
  ...`chat_member chat_join_request inline_query chosen_inline_result poll poll_answer shipping_query
    pre_checkout_query purchased_paid_media chat_boost removed_chat_boost managed_bot guest_message
    stopped_message_generation subscription`
    .split(/\s+/)
    .map((kind): [string, Converter] => [kind, ignoring(kind)]),
]);

export class TelegramIncome implements IncomeMessageWorker {
  readonly idsAreGlobal = true;

  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    const header = request.headers['x-telegram-bot-api-secret-token'];
    return typeof header === 'string' && isOneOfSecrets(header, secrets.signing);
  }

  convert(request: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[] {
    const source = account?.source ?? '';
    const update = objectOf(parseJson(request.body));
    if (!update) return [malformed(source, 'not_json', request.body.toString('latin1'))];
    const kinds = [...KINDS].filter(([kind]) => has(update, kind));
    if (kinds.length === 0) {
      return [ignored(source, eventKey('unknown_event', fingerprint(update)), 'unknown_event')];
    }
    const id = idOf(at(update, 'update_id'));
    return kinds.map(([kind, convert]) => convert({ source, id, content: update[kind] }));
  }
}
