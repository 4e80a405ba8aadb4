import { at, eventKey } from '#messenger-kit';
import type { InboundEvent } from '#messenger-kit';
import { contentOf } from './content.js';
import { malformed, personOf, tokenOf, whenOf, type Item } from './event.js';

/** Somebody said something, which also makes them a subscriber. https://developers.viber.com/docs/api/rest-bot-api/#receive-message-from-user */
export function message(item: Item): InboundEvent {
  const { source, wire } = item;
  const token = tokenOf(item);
  if (token === undefined) return malformed(item, 'message_without_token');
  const sender = personOf(item, at(wire, 'sender'));
  if (!sender) return malformed(item, 'no_sender');
  const sentAt = whenOf(item);
  return {
    kind: 'message',
    source,
    key: eventKey('message', token),
    sender,
    externalId: token,
    ...(sentAt && { sentAt }),
    content: contentOf(at(wire, 'message')),
  };
}
