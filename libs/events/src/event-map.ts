import type { Role } from '#identity';
import { inChat, inHouse, ofLine, type Scope } from './event-kind.js';
import { described, flag, id, listOf, maybe, object, oneOf, orNull, text, time, type TypeOf, whole } from './shape.js';

const waiting = oneOf('waiting');

const chatBeginning = { channelId: id, queueId: id, identityId: id, status: waiting };

/** Where an open chat is now, and whence and by whom it was moved there. */
const chatMove = {
  queueId: id,
  agentId: described('Nobody holds it while it waits', orNull(id)),
  fromQueueId: id,
  fromAgentId: orNull(id),
  byUserId: described('Null where it was a program’s doing', orNull(id)),
  reason: orNull(text('language')),
  comment: orNull(text('Speaks French only')),
  status: oneOf('waiting', 'in_progress'),
};

/** A chat that waits stands before this agent no more. */
const endedOffer = { queueId: id, agentId: id, status: waiting };

const messageId = id;
const preview = described('The beginning of what it says, in one line', text('Is the oak lamp there?'));
const status = (example: string) => described('See `status` of a message', text(example));

const membership = { queueId: id, userId: id };

const channel = {
  channelId: id,
  messenger: text('telegram'),
  name: text('Corner Shopdesk'),
  queueId: id,
  language: text('en'),
  active: flag(true),
  health: text('ok'),
  healthDetail: described('What is wrong, in a sentence', orNull(text('The token was revoked.'), null)),
};

const finding = object({
  code: text('webhook_elsewhere'),
  state: text('broken'),
  sentence: text('Another program receives the messages of this bot.'),
  advice: orNull(text('Connect the channel again.')),
});

/**
 * Every event there is, with what it carries: state after the change, never deltas, never secrets. The one source of the
 * types, of what webhook endpoints can ask for, and of the documentation. Members may be added, not taken away.
 */
export const EVENTS = {
  'chat.opened': inChat('Somebody wrote who had no open chat; it waits', chatBeginning),
  'chat.reopened': inChat(
    'The contact wrote again soon after it was closed; it waits as if it were new',
    chatBeginning,
  ),
  'chat.started': inChat('One of ours wrote first, and holds it', {
    channelId: id,
    queueId: id,
    identityId: id,
    agentId: id,
    status: oneOf('in_progress'),
  }),
  'chat.accepted': inChat('An agent took a waiting chat', { queueId: id, agentId: id, status: oneOf('in_progress') }),
  'chat.released': inChat('Its agent put it back; it waits', chatMove),
  'chat.transferred': inChat('It was given to another agent or queue', chatMove),
  'chat.taken_over': inChat('Somebody took it from the agent who held it', chatMove),
  'chat.closed': inChat('It is over', {
    queueId: id,
    agentId: described('Who held it; null when nobody had accepted it', orNull(id)),
    closedBy: described('Who closed it; null when nobody did (a timeout)', orNull(id)),
    reason: text('agent'),
    status: oneOf('closed'),
  }),
  'chat.offered': inChat('A waiting chat stands before one agent until then', {
    queueId: id,
    agentId: id,
    until: time,
    status: waiting,
  }),
  'chat.offer_expired': inChat('The agent it was offered to gave no answer in time', endedOffer),
  'chat.offer_declined': inChat('The agent it was offered to declined', endedOffer),
  'chat.offer_withdrawn': inChat(
    'The agent it was offered to left the queue, is not available any more, has no room, or the queue’s rule changed',
    endedOffer,
  ),
  'chat.read': inChat('Somebody has read further', {
    userId: id,
    position: described('The reader’s position, as ordinal of inbound messages', whole(3)),
    teamPosition: described('The furthest of all, as ordinal of inbound messages', whole(3)),
  }),
  'chat.tagged': inChat('Its tags changed; these are all it has now', {
    tags: listOf(object({ id, name: text('VIP'), color: text('#c0392b') })),
  }),
  'message.received': ofLine('The contact wrote', { messageId, preview, inboundCount: whole(3) }),
  'message.queued': ofLine('An answer was accepted, and is on its way', {
    messageId,
    preview,
    authorId: described('The user or API key that wrote it; null where the chat’s queue says it by itself', orNull(id)),
  }),
  'message.status_changed': ofLine('It was sent, delivered, read, or could not be', {
    messageId,
    status: status('failed'),
    failure: maybe(object({ code: text('blocked'), sentence: text('The contact has blocked us.') })),
  }),
  'message.echoed': ofLine('The account said something elsewhere: in the messenger’s own app, by another program', {
    messageId,
    preview,
    status: status('sent'),
  }),
  'message.edited': ofLine('What it says changed', { messageId, preview, editedAt: time }),
  'message.deleted': ofLine('It was taken back; nothing of what it said is left', { messageId, deletedAt: time }),
  'message.reacted': ofLine('Its reactions changed; these are all it has now', {
    messageId,
    reactions: listOf(object({ emoji: text('👍'), by: text('contact') })),
  }),
  'message.noted': ofLine('A system line or a note was written into the chat', { messageId, preview }),
  'attachment.changed': inChat('The content of an attachment has arrived, or will not', {
    messageId,
    attachmentId: id,
    state: oneOf('stored', 'pending', 'failed', 'too_large'),
    name: orNull(text('lamp.jpg')),
    mimeType: orNull(text('image/jpeg')),
    size: described('In bytes', orNull(whole(48213))),
    failure: described(
      'Why there is none, in a sentence for people',
      orNull(text('The messenger no longer has it.'), null),
    ),
  }),
  'action.finished': ofLine('An action that somebody ran in the chat is over; the line `seq` tells it to people', {
    runId: id,
    actionId: id,
    caption: text('Open an order'),
    status: oneOf('succeeded', 'failed'),
    code: orNull(text('unreachable'), null),
    sentence: orNull(text('The system did not answer.'), null),
    text: described('What the called system said', orNull(text('Order 4711'))),
  }),
  'agent.state_changed': inHouse('An agent’s state is another one', {
    userId: id,
    state: text('active'),
    available: described('Whether chats are offered in this state', flag(true)),
  }),
  'queue.changed': inHouse(
    'A queue’s name or routing rule is another one; under another rule other waiting chats stand before its agents',
    { queueId: id, name: text('Support'), routingRule: text('least_busy') },
  ),
  'queue.agent_joined': inHouse('An agent answers the chats of a queue from now on', membership),
  'queue.agent_left': inHouse(
    'An agent answers the chats of a queue no more, or there is no such queue any more; what they hold they keep',
    membership,
  ),
  'channel.registered': inHouse('A channel was connected', channel),
  'channel.changed': inHouse('Something about a channel changed', channel),
  'channel.activated': inHouse('A channel is in use', channel),
  'channel.deactivated': inHouse('A channel is not in use any more', channel),
  'channel.health_changed': inHouse('A channel works again, or does not', channel),
  'channel.checked': inHouse('A check of a channel found something else than the one before', {
    ...channel,
    state: text('broken'),
    findings: described('What is not fine', listOf(finding)),
  }),
  'channel.deleted': inHouse('A channel was deleted', channel),
  'webhook.disabled': inHouse('A webhook endpoint gets nothing any more: it said it is gone, or failed for days', {
    endpointId: id,
    url: text('https://crm.example.com/parley'),
    reason: oneOf('gone', 'failing'),
  }),
  'contact.changed': inHouse('A contact was created or changed', { contactId: id, name: orNull(text('Iryna Lys')) }),
  'contact.merged': inHouse('Two contacts are one: `contactId` answers for `mergedId` from now on', {
    contactId: id,
    mergedId: id,
    name: orNull(text('Iryna Lys')),
  }),
  'contact.erased': inHouse('Nothing tells who a contact was any more', { contactId: id }),
  'identity.changed': inHouse('A person on a messenger belongs to another contact, or to none', {
    identityId: id,
    contactId: described('Null for a guest', orNull(id)),
    name: orNull(text('Iryna Lys')),
  }),
} as const;

export type EventType = keyof typeof EVENTS;

/** What each event carries. */
export type EventMap = { readonly [T in EventType]: TypeOf<(typeof EVENTS)[T]['data']> };

export const EVENT_TYPES = Object.keys(EVENTS) as EventType[];

/** Who may see an event: everyone named by any of the lists. */
export interface Audience {
  readonly agents?: readonly string[];
  readonly queues?: readonly string[];
  readonly roles?: readonly Role[];
}

/** Where it happened. */
type PlaceIn<S extends Scope> = S extends 'house'
  ? { readonly chatId?: undefined; readonly seq?: undefined }
  : { readonly chatId: string } & (S extends 'line' ? { readonly seq: number } : { readonly seq?: number });

type EventOf<T extends EventType> = PlaceIn<(typeof EVENTS)[T]['scope']> & {
  readonly type: T;
  readonly at: Date;
  readonly audience: Audience;
  readonly data: EventMap[T];
};

/** A fact that happened, on its way into the log. */
export type NewEvent = { [T in EventType]: EventOf<T> }[EventType];
