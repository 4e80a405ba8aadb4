import {
  arrayOf,
  at,
  boundedId,
  equalSecrets,
  eventKey,
  fingerprint,
  has,
  idOf,
  isSignedByOneOf,
  objectOf,
  parseJson,
  textOf,
  timeOf,
} from '#messenger-kit';
import type {
  IgnoredEvent,
  InboundEvent,
  IncomeMessageWorker,
  MalformedEvent,
  MessageContent,
  WebhookRequest,
  WebhookSecrets,
} from '#messenger-kit';
import { messageContent, postbackContent } from './content.js';

/** One item of `messaging[]` or `standby[]` with the frame all kinds share. */
interface Item {
  readonly page: string;
  readonly sender: string | undefined;
  readonly time: Date | undefined;
  readonly wire: unknown;
}

type Converter = (item: Item) => InboundEvent;

/**
 * What an item is, by the first key present. Order as in Meta's reference:
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
 */
const KINDS: readonly (readonly [key: string, convert: Converter])[] = [
  ['message', message],
  ['message_edit', edit],
  ['postback', postback],
  ['reaction', ignoring('reaction')],
  ['read', ignoring('read')],
  ['delivery', ignoring('delivery')],
  ['referral', ignoring('referral')],
  ['optin', ignoring('optin')],
  ['pass_thread_control', ignoring('thread_control')],
  ['take_thread_control', ignoring('thread_control')],
  ['request_thread_control', ignoring('thread_control')],
  ['app_roles', ignoring('thread_control')],
  ['account_linking', ignoring('account_linking')],
  ['policy_enforcement', ignoring('policy_enforcement')],
  ['policy-enforcement', ignoring('policy_enforcement')],
];

export class FacebookIncome implements IncomeMessageWorker {
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    const header = request.headers['x-hub-signature-256'];
    if (typeof header !== 'string' || !header.startsWith('sha256=')) return false;
    return isSignedByOneOf(header.slice('sha256='.length), request.body, secrets.signing);
  }

  challenge(query: URLSearchParams, secrets: WebhookSecrets): string | undefined {
    const [mode, token, challenge] = ['hub.mode', 'hub.verify_token', 'hub.challenge'].map((name) => once(query, name));
    if (mode !== 'subscribe' || !challenge || !token || !secrets.verifyToken) return undefined;
    return equalSecrets(token, secrets.verifyToken) ? challenge : undefined;
  }

  convert(request: WebhookRequest): InboundEvent[] {
    const envelope = objectOf(parseJson(request.body));
    if (!envelope) return [malformed('', 'not_json', request.body.toString('latin1'))];
    if (at(envelope, 'object') !== 'page') return [ignored('', 'unknown_object', fingerprint(envelope))];
    const entries = at(envelope, 'entry');
    if (!Array.isArray(entries)) return [malformed('', 'no_entry', envelope)];
    if (entries.length === 0) return [ignored('', 'no_entry', fingerprint(envelope))];
    return entries.flatMap(convertEntry);
  }
}

function once(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function convertEntry(entry: unknown): InboundEvent[] {
  const wirePage = at(entry, 'id');
  const page = typeof wirePage === 'string' ? boundedId(wirePage) : idOf(wirePage);
  if (!page) return [malformed('', 'no_page', entry)];
  const entryTime = timeOf(at(entry, 'time'));
  // Standby holds what was written while another app had the thread: messages like any other.
  const [messaging, standby, changes] = ['messaging', 'standby', 'changes'].map((key) => at(entry, key));
  const events = [
    ...[...arrayOf(messaging), ...arrayOf(standby)].map((wire) =>
      convertItem({ page, wire, ...frameOf(wire, entryTime) }),
    ),
    ...arrayOf(changes).map((change) => ignored(page, 'change', fingerprint(change))),
  ];
  const isOdd = [messaging, standby, changes].some((list) => list !== undefined && !Array.isArray(list));
  if (isOdd) return [...events, malformed(page, 'odd_entry', entry)];
  return events.length > 0 ? events : [ignored(page, 'empty_entry', fingerprint(entry))];
}

function frameOf(wire: unknown, entryTime: Date | undefined): Pick<Item, 'sender' | 'time'> {
  return { sender: idOf(at(wire, 'sender', 'id')), time: timeOf(at(wire, 'timestamp')) ?? entryTime };
}

function convertItem(item: Item): InboundEvent {
  if (!objectOf(item.wire)) return malformed(item.page, 'not_an_object', item.wire);
  const convert = KINDS.find(([key]) => has(item.wire, key))?.[1];
  return convert ? convert(item) : ignored(item.page, 'unknown_event', fingerprint(item.wire));
}

function message(item: Item): InboundEvent {
  const wire = at(item.wire, 'message');
  const mid = midOf(wire);
  if (mid === undefined) return malformed(item.page, 'message_without_id', item.wire);
  if (at(wire, 'is_echo') === true) return ignored(item.page, 'echo', mid);
  if (at(wire, 'is_deleted') === true) return ignored(item.page, 'delete', mid);
  return inbound(item, mid, eventKey('message', mid), messageContent(wire));
}

/** `mid` exists since version 11 of the payload; before that who, when and what must do. */
function postback(item: Item): InboundEvent {
  const wire = at(item.wire, 'postback');
  if (!objectOf(wire)) return malformed(item.page, 'postback_without_content', item.wire);
  const mid = midOf(wire);
  const pressed = textOf(at(wire, 'payload')) ?? textOf(at(wire, 'title'));
  const key = mid
    ? eventKey('message', mid)
    : eventKey('postback', item.sender, item.time?.getTime().toString(), pressed);
  return inbound(item, mid ?? key, key, postbackContent(wire));
}

function inbound(item: Item, externalId: string, key: string, content: MessageContent): InboundEvent {
  if (item.sender === undefined) {
    // Guests of the chat plugin have a user_ref and no id: nobody could answer them.
    const guest = has(at(item.wire, 'sender'), 'user_ref');
    return guest ? ignored(item.page, 'guest', key) : malformed(item.page, 'no_sender', item.wire);
  }
  return {
    kind: 'message',
    source: item.page,
    key,
    sender: { scope: item.page, externalId: item.sender },
    externalId,
    ...(item.time && { sentAt: item.time }),
    content,
  };
}

function edit(item: Item): InboundEvent {
  const wire = at(item.wire, 'message_edit');
  const mid = midOf(wire);
  const number = idOf(at(wire, 'num_edit'));
  const isNamed = mid !== undefined && number !== undefined;
  return isNamed ? ignored(item.page, 'edit', mid, number) : ignored(item.page, 'edit', fingerprint(item.wire));
}

/** Same content, same key. Receipts and reactions have no id of their own. */
function ignoring(reason: string): Converter {
  return (item) => ignored(item.page, reason, fingerprint(item.wire));
}

function midOf(wire: unknown): string | undefined {
  const mid = at(wire, 'mid');
  return typeof mid === 'string' && mid !== '' ? boundedId(mid) : undefined;
}

function ignored(source: string, reason: string, ...ids: (string | undefined)[]): IgnoredEvent {
  return { kind: 'ignored', source, key: eventKey(reason, ...ids), reason };
}

function malformed(source: string, reason: string, wire: unknown): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(wire)), reason };
}
