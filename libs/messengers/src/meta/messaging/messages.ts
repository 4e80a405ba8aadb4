import { at, eventKey, isPlainId, objectOf, textOf } from '#messenger-kit';
import type { InboundEvent, MessageContent } from '#messenger-kit';
import { messageContent, postbackContent } from './content.js';
import { deletion } from './changes.js';
import { isOurs, malformed, midOf, ofNobody, personOf, stamp, type Converter, type Item } from './item.js';
import type { Show } from './shown.js';

/** `show`: what the network attaches. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
export function messageConverter(show: Show): Converter {
  return (item) => {
    const wire = at(item.wire, 'message');
    const mid = midOf(wire);
    if (mid === undefined) return malformed(item.account, 'message_without_id', item.wire);
    if (at(wire, 'is_deleted') === true) return deletion(item, mid);
    const content = messageContent(wire, show);
    return at(wire, 'is_echo') === true
      ? echo(item, mid, wire, content)
      : inbound(item, mid, eventKey('message', mid), content);
  };
}

/** `mid` exists since version 11 of the payload; before that who, when and what must do. */
export function postback(item: Item): InboundEvent {
  const wire = at(item.wire, 'postback');
  if (!objectOf(wire)) return malformed(item.account, 'postback_without_content', item.wire);
  const mid = midOf(wire);
  const pressed = textOf(at(wire, 'payload')) ?? textOf(at(wire, 'title'));
  const key = mid ? eventKey('message', mid) : eventKey('postback', item.sender, stamp(item.time), pressed);
  return inbound(item, mid ?? key, key, postbackContent(wire));
}

function inbound(item: Item, externalId: string, key: string, content: MessageContent): InboundEvent {
  if (item.sender === undefined) return ofNobody(item, 'sender', key);
  return {
    kind: 'message',
    source: item.account,
    key,
    sender: personOf(item, item.sender),
    externalId,
    ...(item.time && { sentAt: item.time }),
    content,
  };
}

/**
 * Everything the account sends comes back: by us, by other apps, from its inbox, from advertisements.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes
 */
function echo(item: Item, mid: string, wire: unknown, content: MessageContent): InboundEvent {
  const key = eventKey('echo', mid);
  if (item.recipient === undefined) return ofNobody(item, 'recipient', key);
  const ownId = ownIdOf(item, wire);
  return {
    kind: 'echo',
    source: item.account,
    key,
    recipient: personOf(item, item.recipient),
    externalId: mid,
    ...(ownId !== undefined && { ownId }),
    ...(item.time && { sentAt: item.time }),
    content,
  };
}

/** What another app calls its messages says nothing about ours. Some echoes name no app. */
function ownIdOf(item: Item, wire: unknown): string | undefined {
  const app = at(wire, 'app_id') ?? undefined;
  const metadata = textOf(at(wire, 'metadata'));
  const mayBeOurs = app === undefined || isOurs(item, app);
  return mayBeOurs && metadata !== undefined && isPlainId(metadata) ? metadata : undefined;
}
