import type { InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { edit, reaction } from '../meta/messaging/changes.js';
import { eventsOf, type Wanted } from '../meta/messaging/envelope.js';
import { ignoring } from '../meta/messaging/item.js';
import { messageConverter, postback } from '../meta/messaging/messages.js';
import { optIn, optOut, referral, threadPassed, threadTaken } from '../meta/messaging/notices.js';
import { answerToChallenge, isSignedByMeta } from '../meta/webhook-proof.js';
import { shownAttachments } from './attachments.js';
import { policyEnforcement } from './policy.js';
import { delivery, read } from './receipts.js';

/**
 * Order as in Meta's reference:
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
 */
const KINDS: Wanted['kinds'] = [
  ['message', messageConverter(shownAttachments)],
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
  private readonly wanted: Wanted;

  constructor(appId?: string) {
    this.wanted = { object: 'page', kinds: KINDS, apps: appId === undefined ? [] : [appId] };
  }

  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    return isSignedByMeta(request, secrets);
  }

  challenge(query: URLSearchParams, secrets: WebhookSecrets): string | undefined {
    return answerToChallenge(query, secrets);
  }

  convert(request: WebhookRequest): InboundEvent[] {
    return eventsOf(request, this.wanted);
  }
}
