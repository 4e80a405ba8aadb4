import { at, isSignedByOneOf, objectOf, parseJson, textOf } from '#messenger-kit';
import type { ChannelAccount, InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { ignored, ignoring, malformed, type Converter } from './inbound/event.js';
import { message } from './inbound/message.js';
import { conversationStarted, subscribed, unsubscribed } from './inbound/notices.js';
import { receipt } from './inbound/receipts.js';

/** https://developers.viber.com/docs/api/rest-bot-api/#callbacks */
const EVENTS: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ['message', message],
  ['delivered', receipt('delivered')],
  ['seen', receipt('read')],
  ['failed', receipt('failed')],
  ['subscribed', subscribed],
  ['unsubscribed', unsubscribed],
  ['conversation_started', conversationStarted],
  // Viber tries the address while `set_webhook` waits.
  ['webhook', ignoring('webhook_check')],
  ['client_status', ignoring('client_status')],
  ['action', ignoring('action')],
]);

export class ViberIncome implements IncomeMessageWorker {
  /** With the bot's own token over the raw bytes. https://developers.viber.com/docs/api/rest-bot-api/#callbacks */
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    const header = request.headers['x-viber-content-signature'];
    return typeof header === 'string' && isSignedByOneOf(header, request.body, secrets.signing);
  }

  /** https://developers.viber.com/docs/api/rest-bot-api/#setting-a-webhook */
  isTrial(request: WebhookRequest): boolean {
    return at(parseJson(request.body), 'event') === 'webhook';
  }

  convert(request: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[] {
    const source = account?.source ?? '';
    const wire = objectOf(parseJson(request.body));
    if (!wire) return [malformed({ source, wire: request.body.toString('latin1') }, 'not_json')];
    const item = { source, wire };
    const convert = EVENTS.get(textOf(at(wire, 'event')) ?? '');
    return [convert ? convert(item) : ignored(item, 'unknown_event')];
  }
}
