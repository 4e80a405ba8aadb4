import { arrayOf, at, boundedId, fingerprint, has, idOf, objectOf, parseJson, timeOf } from '#messenger-kit';
import type { InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { answerToChallenge, isSignedByMeta } from '../meta/webhook-proof.js';
import { delivery, edit, reaction, read } from './changes.js';
import { ignored, malformed, type Converter, type Item } from './item.js';
import { message, postback } from './messages.js';
import { optIn, optOut, policyEnforcement, referral, threadPassed, threadTaken } from './notices.js';

/** Same content, same key. */
const ignoring = (reason: string): Converter => {
  return (item) => ignored(item.page, reason, fingerprint(item.wire));
};

/**
 * What an item is, by the first key present. Order as in Meta's reference:
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
 */
const KINDS: readonly (readonly [key: string, convert: Converter])[] = [
  ['message', message],
  ['message_edit', edit],
  ['postback', postback],
  ['reaction', reaction],
  ['read', read],
  ['delivery', delivery],
  ['referral', referral],
  ['optin', optIn],
  ['optout', optOut],
  ['pass_thread_control', threadPassed],
  ['take_thread_control', threadTaken],
  ['request_thread_control', ignoring('thread_control')],
  ['app_roles', ignoring('thread_control')],
  ['account_linking', ignoring('account_linking')],
  ['policy_enforcement', policyEnforcement],
  ['policy-enforcement', policyEnforcement],
  ['response_feedback', ignoring('feedback')],
  ['messaging_feedback', ignoring('feedback')],
  ['game_play', ignoring('game_play')],
  ['payment', ignoring('payment')],
  ['pre_checkout', ignoring('payment')],
  ['checkout_update', ignoring('payment')],
];

/** https://developers.facebook.com/docs/messenger-platform/webhooks */
export class FacebookIncome implements IncomeMessageWorker {
  constructor(private readonly appId?: string) {}

  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    return isSignedByMeta(request, secrets);
  }

  challenge(query: URLSearchParams, secrets: WebhookSecrets): string | undefined {
    return answerToChallenge(query, secrets);
  }

  convert(request: WebhookRequest): InboundEvent[] {
    const envelope = objectOf(parseJson(request.body));
    if (!envelope) return [malformed('', 'not_json', request.body.toString('latin1'))];
    if (at(envelope, 'object') !== 'page') return [ignored('', 'unknown_object', fingerprint(envelope))];
    const entries = at(envelope, 'entry');
    if (!Array.isArray(entries)) return [malformed('', 'no_entry', envelope)];
    if (entries.length === 0) return [ignored('', 'no_entry', fingerprint(envelope))];
    return entries.flatMap((entry) => this.convertEntry(entry));
  }

  private convertEntry(entry: unknown): InboundEvent[] {
    const wirePage = at(entry, 'id');
    const page = typeof wirePage === 'string' ? boundedId(wirePage) : idOf(wirePage);
    if (!page) return [malformed('', 'no_page', entry)];
    const frame = { page, app: this.appId, entryTime: timeOf(at(entry, 'time')) };
    const [messaging, standby, changes] = [at(entry, 'messaging'), at(entry, 'standby'), at(entry, 'changes')];
    const convertAll = (list: unknown) => arrayOf(list).map((wire) => convertItem(itemOf(wire, frame)));
    // Standby holds what happened while another app had the thread: events like any other.
    const events = [
      ...convertAll(messaging),
      ...convertAll(standby),
      ...arrayOf(changes).map((change) => ignored(page, 'change', fingerprint(change))),
    ];
    const isOdd = [messaging, standby, changes].some((list) => list !== undefined && !Array.isArray(list));
    if (isOdd) return [...events, malformed(page, 'odd_entry', entry)];
    return events.length > 0 ? events : [ignored(page, 'empty_entry', fingerprint(entry))];
  }
}

function itemOf(wire: unknown, frame: Pick<Item, 'page' | 'app'> & { readonly entryTime: Date | undefined }): Item {
  return {
    page: frame.page,
    app: frame.app,
    wire,
    sender: idOf(at(wire, 'sender', 'id')),
    recipient: idOf(at(wire, 'recipient', 'id')),
    time: timeOf(at(wire, 'timestamp')) ?? frame.entryTime,
  };
}

function convertItem(item: Item): InboundEvent {
  if (!objectOf(item.wire)) return malformed(item.page, 'not_an_object', item.wire);
  const convert = KINDS.find(([key]) => has(item.wire, key))?.[1];
  return convert ? convert(item) : ignored(item.page, 'unknown_event', fingerprint(item.wire));
}
