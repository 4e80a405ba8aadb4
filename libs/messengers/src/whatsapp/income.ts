import { arrayOf, at, boundedId, idOf, objectOf, parseJson, textOf } from '#messenger-kit';
import type { InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { answerToChallenge, isSignedByMeta } from '../meta/webhook-proof.js';
import { ignored, malformed, type Converter } from './inbound/item.js';
import { echo, message } from './inbound/messages.js';
import { accountError, preference, status } from './inbound/statuses.js';

/** The lists of a change, by its field, and what their items become. */
const LISTS: ReadonlyMap<string, readonly (readonly [list: string, convert: Converter])[]> = new Map([
  [
    'messages',
    [
      ['messages', message],
      ['statuses', status],
      ['errors', accountError],
    ],
  ],
  ['smb_message_echoes', [['message_echoes', echo]]],
  ['user_preferences', [['user_preferences', preference]]],
]);

/** Fields that are about accounts and templates, or about what is not ours to keep. */
const OTHERS =
  /^(account_|business_|phone_number_|message_template_|template_|payment_|partner_|group_|security$|flows$|calls$|tracking_events$|history$|smb_app_state_sync$|user_id_update$)/;

/** https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks */
export class WhatsAppIncome implements IncomeMessageWorker {
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    return isSignedByMeta(request, secrets);
  }

  challenge(query: URLSearchParams, secrets: WebhookSecrets): string | undefined {
    return answerToChallenge(query, secrets);
  }

  convert(request: WebhookRequest): InboundEvent[] {
    const envelope = objectOf(parseJson(request.body));
    if (!envelope) return [malformed('', 'not_json', request.body.toString('latin1'))];
    if (at(envelope, 'object') !== 'whatsapp_business_account') return [ignored('', 'unknown_object', envelope)];
    const entries = at(envelope, 'entry');
    if (!Array.isArray(entries)) return [malformed('', 'no_entry', envelope)];
    if (entries.length === 0) return [ignored('', 'no_entry', envelope)];
    return entries.flatMap(convertEntry);
  }
}

function convertEntry(entry: unknown): InboundEvent[] {
  const changes = at(entry, 'changes');
  if (!Array.isArray(changes)) return [malformed('', 'odd_entry', entry)];
  return changes.length > 0 ? changes.flatMap(convertChange) : [ignored('', 'empty_entry', entry)];
}

/** The channel is the number the change names; `entry.id` is the account, which has many. */
function convertChange(change: unknown): InboundEvent[] {
  const field = textOf(at(change, 'field')) ?? '';
  const value = at(change, 'value');
  const wireSource = at(value, 'metadata', 'phone_number_id');
  const source = (typeof wireSource === 'string' && wireSource !== '' ? boundedId(wireSource) : idOf(wireSource)) ?? '';
  const lists = LISTS.get(field);
  if (!lists) return [ignored(source, OTHERS.test(field) ? 'other_field' : 'unknown_event', change)];
  if (source === '') return [malformed('', 'no_number', change)];
  const contacts = arrayOf(at(value, 'contacts'));
  const events = lists.flatMap(([list, convert]) =>
    arrayOf(at(value, list)).map((wire) =>
      objectOf(wire) ? convert({ source, contacts, wire }) : malformed(source, 'not_an_object', wire),
    ),
  );
  const isOdd = lists.some(([list]) => !Array.isArray(at(value, list) ?? []));
  if (isOdd) return [...events, malformed(source, 'odd_value', value)];
  return events.length > 0 ? events : [ignored(source, 'empty_change', change)];
}
