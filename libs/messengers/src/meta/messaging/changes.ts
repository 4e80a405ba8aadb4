import { at, cleanName, eventKey, fingerprint, idOf, textOf } from '#messenger-kit';
import type { InboundEvent } from '#messenger-kit';
import { ignored, malformed, midOf, ofNobody, personOf, stamp, type Item } from './item.js';

/**
 * The whole new text, and nothing of what came with it, by whoever wrote it. One that was edited zero times is told of messages
 * that nobody changed, with and without their text: they come by themselves. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
 */
export function edit(item: Item): InboundEvent {
  const wire = at(item.wire, 'message_edit');
  const mid = midOf(wire);
  const text = textOf(at(wire, 'text'));
  const wireNumber = idOf(at(wire, 'num_edit')) ?? '';
  const number = /^\d{1,9}$/.test(wireNumber) ? Number(wireNumber) : undefined;
  if (mid === undefined) return malformed(item.account, 'edit_without_id', item.wire);
  if (number === 0) return ignored(item.account, 'not_edited', mid);
  if (text === undefined) return malformed(item.account, 'edit_without_text', item.wire);
  return {
    kind: 'edit',
    source: item.account,
    key: eventKey('edit', mid, number?.toString() ?? fingerprint(text)),
    target: mid,
    ...(item.time && { at: item.time }),
    rank: number ?? 0,
    ...(item.sender !== undefined && { by: personOf(item, item.sender) }),
    content: { text },
    textOnly: true,
  };
}

export function deletion(item: Item, mid: string): InboundEvent {
  const key = eventKey('deletion', mid);
  return { kind: 'deletion', source: item.account, key, target: mid, ...(item.time && { at: item.time }), rank: 0 };
}

/** Meta's words for reactions; with `other` only the emoji tells. */
const EMOJIS: ReadonlyMap<string, string> = new Map([
  ['smile', '😆'],
  ['angry', '😠'],
  ['sad', '😢'],
  ['wow', '😮'],
  ['love', '❤️'],
  ['like', '👍'],
  ['dislike', '👎'],
]);

/** One reaction per person and message: a new one replaces the old. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-reactions */
export function reaction(item: Item): InboundEvent {
  const wire = at(item.wire, 'reaction');
  const mid = midOf(wire);
  if (mid === undefined) return malformed(item.account, 'reaction_without_id', item.wire);
  const isTakenBack = at(wire, 'action') === 'unreact';
  const emoji = cleanName(textOf(at(wire, 'emoji'))) ?? EMOJIS.get(textOf(at(wire, 'reaction')) ?? '');
  if (!isTakenBack && emoji === undefined)
    return ignored(item.account, 'reaction_without_emoji', fingerprint(item.wire));
  const emojis = isTakenBack || emoji === undefined ? [] : [emoji];
  const key = eventKey('reaction', mid, item.sender, stamp(item.time), ...emojis);
  if (item.sender === undefined) return ofNobody(item, 'sender', key);
  return {
    kind: 'reaction',
    source: item.account,
    key,
    target: mid,
    ...(item.time && { at: item.time }),
    rank: 0,
    by: item.sender === item.account ? 'account' : personOf(item, item.sender),
    emojis,
  };
}
