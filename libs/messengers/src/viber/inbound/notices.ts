import { at, cleanName, eventKey, fingerprint, idOf, textOf } from '#messenger-kit';
import type { InboundEvent, NoticeEvent, Referral, Sender } from '#messenger-kit';
import { ignored, malformed, personOf, whenOf, type Item } from './event.js';

/** Somebody opened the chat, by a link where there is a context: no message. https://developers.viber.com/docs/api/rest-bot-api/#conversation-started */
export function conversationStarted(item: Item): InboundEvent {
  const ref = textOf(at(item.wire, 'context'));
  if (ref === undefined) return ignored(item, 'conversation_started');
  return notice(item, 'referral', personOf(item, at(item.wire, 'user')), { ref, source: 'deep_link' });
}

export function subscribed(item: Item): InboundEvent {
  return notice(item, 'unblocked', personOf(item, at(item.wire, 'user')));
}

/** Names nobody but by id. */
export function unsubscribed(item: Item): InboundEvent {
  return notice(item, 'blocked', personOf(item, { id: at(item.wire, 'user_id') }));
}

/** One of a person and moment, however often it is told and under whatever token. */
function notice(item: Item, what: NoticeEvent['what'], person?: Sender, referral?: Referral): InboundEvent {
  const { source, wire } = item;
  if (!person) return malformed(item, 'no_person');
  const name = cleanName(textOf(at(wire, 'event')));
  const time = whenOf(item);
  return {
    kind: 'notice',
    source,
    key: eventKey(name, person.externalId, idOf(at(wire, 'timestamp')) ?? fingerprint(wire)),
    person,
    what,
    ...(time && { at: time }),
    ...(referral && { referral }),
  };
}
