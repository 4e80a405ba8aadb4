import { at, eventKey } from '#messenger-kit';
import type { InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { edit, reaction } from '../meta/messaging/changes.js';
import { eventsOf, type Wanted } from '../meta/messaging/envelope.js';
import { ignored, ignoring, isOurs, malformed, midOf, ofNobody, personOf, type Item } from '../meta/messaging/item.js';
import { messageConverter, postback } from '../meta/messaging/messages.js';
import { optIn, optOut, referral, threadPassed, threadTaken } from '../meta/messaging/notices.js';
import { answerToChallenge, isSignedByMeta } from '../meta/webhook-proof.js';
import { shownParts } from './attachments.js';

/** https://developers.facebook.com/docs/instagram-platform/webhooks */
const KINDS: Wanted['kinds'] = [
  ['message', message],
  ['message_edit', edit],
  ['postback', postback],
  ['reaction', reaction],
  ['read', read],
  ['referral', referral],
  ['optin', optIn],
  ['optout', optOut],
  ['pass_thread_control', threadPassed],
  ['take_thread_control', threadTaken],
  ['request_thread_control', ignoring('thread_control')],
  ['app_roles', ignoring('thread_control')],
];

const asOnMessenger = messageConverter(shownParts);

function message(item: Item): InboundEvent {
  const wire = at(item.wire, 'message');
  const isToOneself = item.sender !== undefined && item.sender === item.recipient;
  // What the account writes to itself is nobody's conversation.
  if (isToOneself || at(wire, 'is_self') === true) return ignored(item.account, 'self', midOf(wire));
  const event = asOnMessenger(item);
  if (event.kind !== 'echo') return event;
  const app = at(wire, 'app_id') ?? undefined;
  return app === undefined || isOurs(item, app) ? { ...event, mayBeOurs: true } : event;
}

/** By the last message that was read, and no moment. */
function read(item: Item): InboundEvent {
  const mid = midOf(at(item.wire, 'read'));
  if (mid === undefined) return malformed(item.account, 'read_of_nothing', item.wire);
  const key = eventKey('read', item.sender, mid);
  if (item.sender === undefined) return ofNobody(item, 'sender', key);
  if (item.sender === item.account) return ignored(item.account, 'own_receipt', key);
  return {
    kind: 'receipt',
    source: item.account,
    key,
    status: 'read',
    person: personOf(item, item.sender),
    targets: [mid],
    upToTargets: true,
    ...(item.time && { at: item.time }),
  };
}

/** Its webhooks are Messenger's, with echoes among the messages. */
export class InstagramIncome implements IncomeMessageWorker {
  private readonly wanted: Wanted;

  /** `apps`: the ids of our app. */
  constructor(apps: readonly string[]) {
    this.wanted = { object: 'instagram', kinds: KINDS, apps };
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
