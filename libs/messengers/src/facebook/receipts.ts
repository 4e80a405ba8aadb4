import { arrayOf, at, eventKey, fingerprint, timeOf } from '#messenger-kit';
import type { InboundEvent, ReceiptEvent } from '#messenger-kit';
import { ignored, malformed, midOf, ofNobody, personOf, stamp, type Item } from '../meta/messaging/item.js';

export const delivery = (item: Item): InboundEvent => receipt(item, 'delivery', 'delivered');
export const read = (item: Item): InboundEvent => receipt(item, 'read', 'read');

/** Up to a watermark by Meta's clock, and by name where it names them. */
function receipt(item: Item, name: 'delivery' | 'read', status: ReceiptEvent['status']): InboundEvent {
  const wire = at(item.wire, name);
  const upTo = timeOf(at(wire, 'watermark'));
  const named = arrayOf(at(wire, 'mids')).map((mid) => midOf({ mid }));
  const targets = [...new Set(named.filter((mid) => mid !== undefined))];
  const key = eventKey(name, item.sender, stamp(upTo), targets.length > 0 ? fingerprint(targets) : undefined);
  if (item.sender === undefined) return ofNobody(item, 'sender', key);
  if (!upTo && targets.length === 0) return malformed(item.account, `${name}_of_nothing`, item.wire);
  // The Page itself read or got something: nothing that happened to a message of ours.
  if (item.sender === item.account) return ignored(item.account, 'own_receipt', key);
  return {
    kind: 'receipt',
    source: item.account,
    key,
    status,
    person: personOf(item, item.sender),
    ...(targets.length > 0 && { targets }),
    ...(upTo && { upTo }),
    ...(item.time && { at: item.time }),
  };
}
