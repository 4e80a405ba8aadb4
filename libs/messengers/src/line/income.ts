import { at, eventKey, fingerprint, idOf, isSignedByOneOf, objectOf, parseJson, textOf } from '#messenger-kit';
import type { ChannelAccount, InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';
import { eventOf, ignored, ignoring, malformed, type Converter } from './inbound/event.js';
import { edited, message, postback, unsend } from './inbound/messages.js';
import { account, chatControl, friendship, moduleChange } from './inbound/notices.js';

const TAKEN_OVER = account('restricted', 'Another system took over the account’s chats from this one.');
const GIVEN = account('unrestricted', 'The account’s chats were given to this system.');

/** https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects; why some are ignored stands in the README. */
const KINDS: ReadonlyMap<unknown, Converter> = new Map<unknown, Converter>([
  ['message', message],
  ['messageEdited', edited],
  ['unsend', unsend],
  ['postback', postback],
  ['follow', friendship('unblocked')],
  ['unfollow', friendship('blocked')],
  ['botSuspended', account('restricted', 'LINE has suspended the account: nothing goes in or out.')],
  ['botResumed', account('unrestricted', 'LINE has lifted the suspension of the account.')],
  ['deactivated', chatControl('thread_taken', TAKEN_OVER)],
  ['activated', chatControl('thread_given', GIVEN)],
  ['module', moduleChange],
  ...'join leave memberJoined memberLeft'.split(' ').map((kind): [string, Converter] => [kind, ignoring('group')]),
  ['videoPlayComplete', ignoring('video_play_complete')],
  ['beacon', ignoring('beacon')],
  ['accountLink', ignoring('account_link')],
  ['things', ignoring('things')],
  ['membership', ignoring('membership')],
  ['delivery', ignoring('delivery')],
]);

/** 32 bytes in Base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

export class LineIncome implements IncomeMessageWorker {
  /** https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/; the key is the channel secret. */
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    const header = request.headers['x-line-signature'];
    if (typeof header !== 'string' || !SIGNATURE.test(header)) return false;
    return isSignedByOneOf(Buffer.from(header, 'base64').toString('hex'), request.body, secrets.signing);
  }

  /** https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint */
  isTrial(request: WebhookRequest): boolean {
    const events = at(parseJson(request.body), 'events');
    return Array.isArray(events) && events.length === 0;
  }

  /** What the channel's own secret proves, it proves for its own account only. */
  convert(request: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[] {
    const call = objectOf(parseJson(request.body));
    const destination = idOf(call?.['destination']);
    const source = account?.source ?? destination ?? '';
    if (!call) return [malformed(source, 'not_json', request.body.toString('latin1'))];
    if (destination !== undefined && destination !== source) return [wholly(source, 'other_destination', call)];
    const events = call['events'];
    if (!Array.isArray(events)) return [malformed(source, 'no_events', call)];
    // LINE tries the address so: it is no fault.
    if (events.length === 0) return [wholly(source, 'no_events', call)];
    return events.map((event: unknown) => convertEvent(source, event));
  }
}

function convertEvent(source: string, content: unknown): InboundEvent {
  const wire = objectOf(content);
  if (!wire) return malformed(source, 'not_an_object', content);
  const event = eventOf(source, wire);
  const convert = KINDS.get(at(wire, 'type'));
  if (convert) return convert(event);
  return textOf(wire['type']) === undefined ? malformed(source, 'no_type', wire) : ignored(event, 'unknown_event');
}

function wholly(source: string, reason: string, call: unknown): InboundEvent {
  return ignored({ source, key: eventKey(reason, fingerprint(call)) }, reason);
}
