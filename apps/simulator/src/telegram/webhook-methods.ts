import type { Fields } from '../http/fields.js';
import type { Bot } from './bot.js';
import { badRequest, tooManyRequests } from './telegram-error.js';
import { checkOfficialAddress } from './webhook-address.js';

/** The kinds this Bot API knows; other names in `allowed_updates` are ignored, as the real one does. */
const KINDS = new Set(
  `message edited_message channel_post edited_channel_post callback_query my_chat_member chat_member chat_join_request
  message_reaction message_reaction_count business_connection business_message edited_business_message
  deleted_business_messages inline_query chosen_inline_result poll poll_answer shipping_query pre_checkout_query
  purchased_paid_media chat_boost removed_chat_boost managed_bot guest_message stopped_message_generation subscription`.split(
    /\s+/,
  ),
);

export interface WebhookAnswer {
  readonly result: true;
  readonly description: string;
}

/** Answers with the result and the description of `setWebhook`. Unless `official` it takes http addresses, as a self-hosted server. */
export async function setWebhook(bot: Bot, fields: Fields, official: boolean): Promise<WebhookAnswer> {
  const url = fields.text('url') ?? '';
  if (official && Date.now() - bot.webhookSetAt < 1_000) throw tooManyRequests(1);
  bot.webhookSetAt = Date.now();
  if (url === '') return deleteWebhook(bot, fields);
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw badRequest('invalid webhook URL specified');
  if (official) await checkOfficialAddress(url);
  const secret = checkedSecret(fields.text('secret_token'));
  if (fields.flag('drop_pending_updates')) bot.courier.discardAll();
  const same = bot.webhook?.url === url && bot.webhook.secret === secret;
  const maxConnections = Math.min(Math.max(fields.number('max_connections') ?? 40, 1), 100);
  bot.webhook = { url, secret, maxConnections };
  takeAllowedUpdates(bot, fields);
  bot.poll?.end(true);
  bot.courier.kick();
  return { result: true, description: same ? 'Webhook is already set' : 'Webhook was set' };
}

export function deleteWebhook(bot: Bot, fields: Fields): WebhookAnswer {
  const description = bot.webhook ? 'Webhook was deleted' : 'Webhook is already deleted';
  bot.webhook = undefined;
  bot.lastError = undefined;
  if (fields.flag('drop_pending_updates')) bot.courier.discardAll();
  return { result: true, description };
}

export function getWebhookInfo(bot: Bot): Record<string, unknown> {
  return {
    url: bot.webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: bot.courier.pending.length,
    ...(bot.webhook && { max_connections: bot.webhook.maxConnections, ip_address: '127.0.0.1' }),
    ...(bot.lastError && { last_error_date: bot.lastError.date, last_error_message: bot.lastError.message }),
    ...(bot.allowedUpdates && { allowed_updates: bot.allowedUpdates }),
  };
}

/** Omitted = the previous value stays; empty or only unknown names = the default set. Queued updates are not affected. */
export function takeAllowedUpdates(bot: Bot, fields: Fields): void {
  if (!fields.has('allowed_updates')) return;
  const names = fields.list('allowed_updates');
  if (!names) throw badRequest("can't parse allowed updates JSON object");
  const known = names.filter((name): name is string => typeof name === 'string' && KINDS.has(name));
  bot.allowedUpdates = known.length ? known : undefined;
}

function checkedSecret(secret: string | undefined): string | undefined {
  if (!secret) return undefined;
  if (secret.length > 256) throw badRequest('secret token is too long');
  if (!/^[A-Za-z0-9_-]+$/.test(secret)) throw badRequest('secret token contains unallowed characters');
  return secret;
}
