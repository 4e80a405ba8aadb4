import { at, cleanName, eventKey, textOf } from '#messenger-kit';
import type { InboundEvent, ReceiptEvent } from '#messenger-kit';
import { malformed, tokenOf, whenOf, type Converter, type Item } from './event.js';

/** What became of a message of ours. Each device tells for itself: the first one counts. */
export function receipt(status: ReceiptEvent['status']): Converter {
  return (item) => {
    const token = tokenOf(item);
    if (token === undefined) return malformed(item, 'receipt_without_token');
    const time = whenOf(item);
    return {
      kind: 'receipt',
      source: item.source,
      key: eventKey('receipt', token, status),
      status,
      targets: [token],
      ...(time && { at: time }),
      ...(status === 'failed' && { failure: failureOf(item) }),
    } satisfies InboundEvent;
  };
}

/** Viber says why in a word or two of its own, and has no codes here. */
function failureOf({ wire }: Item): NonNullable<ReceiptEvent['failure']> {
  const why = cleanName(textOf(at(wire, 'desc')))?.replace(/\.+$/, '');
  return { code: 'failed', sentence: `Viber could not deliver the message${why ? `: ${why}` : ''}.` };
}
