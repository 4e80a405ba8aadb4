import type { Fields } from '../http/fields.js';
import type { World } from '../world.js';
import type { ViberBot } from './viber-bot.js';
import { badData, invalidUrl, missingData } from './viber-error.js';
import { viberBytes } from './viber-events.js';

export const EVENT_TYPES = [
  'delivered',
  'seen',
  'failed',
  'subscribed',
  'unsubscribed',
  'conversation_started',
  'client_status',
];

/** `set_webhook`: tries the address before it takes it. Only with `officialWebhooks` it has to be https, as at Viber. */
export async function setWebhook(world: World, bot: ViberBot, fields: Fields): Promise<object> {
  const url = fields.text('url');
  if (url === undefined) throw missingData('url');
  if (url === '') {
    bot.webhook = undefined;
    bot.courier.discardAll();
    return {};
  }
  const wanted = fields.has('event_types') ? fields.list('event_types')?.map(String) : [];
  if (!wanted || wanted.some((type) => !EVENT_TYPES.includes(type))) throw badData('event_types');
  const allowed = world.behaviour.officialWebhooks ? /^https:$/ : /^https?:$/;
  if (!URL.canParse(url) || !allowed.test(new URL(url).protocol)) throw invalidUrl('url');
  await probe(world, bot, url);
  const eventTypes = wanted.length > 0 ? wanted : undefined;
  const [sendName, sendPhoto] = [fields.flag('send_name') ?? false, fields.flag('send_photo') ?? false];
  bot.webhook = { url, eventTypes, sendName, sendPhoto };
  bot.courier.kick();
  return { chat_hostname: 'SN-CHAT-13_', event_types: eventTypes ?? EVENT_TYPES };
}

/** Signed like everything else; whoever does not answer 200 is not taken. */
async function probe(world: World, bot: ViberBot, url: string): Promise<void> {
  const token = world.viberBots.nextToken();
  const body = viberBytes({ event: 'webhook', token, content: {} });
  const event = world.ledger.event({
    messenger: 'viber',
    account: bot.id,
    kind: 'webhook',
    messageId: token,
    body: body.toString('latin1'),
    state: 'pending',
  });
  const attempt = await world.depot.mail.post(bot.target(body, url) ?? { url, headers: {} }, body);
  event.attempts.push(attempt);
  event.state = attempt.status === 200 ? 'delivered' : 'discarded';
  world.ledger.changed();
  if (attempt.status !== 200) throw invalidUrl(`webhook answered ${attempt.status ?? 'nothing'}`);
}
