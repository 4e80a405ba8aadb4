import { arrayOf, at, cleanName, eventKey, fingerprint, idOf, isPlainId, textOf } from '#messenger-kit';
import type { InboundEvent, NoticeEvent, ReceiptEvent } from '#messenger-kit';
import { failureOf } from '../errors.js';
import { wamidOf } from '../wamid.js';
import { ignored, malformed, whenOf, type Item } from './item.js';
import { personOf } from './person.js';

/** `played`: somebody heard a voice message. */
const STATUSES: ReadonlyMap<string, ReceiptEvent['status']> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
]);

/**
 * What became of a message of ours, also a long time after it was accepted. The person is left out: where only a phone is
 * named, the chat may have another id. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages/status
 */
export function status(item: Item): InboundEvent {
  const { source, wire } = item;
  const id = wamidOf(at(wire, 'id'));
  const said = textOf(at(wire, 'status')) ?? '';
  if (id === undefined) return malformed(source, 'status_without_id', wire);
  const became = STATUSES.get(said);
  if (became === undefined) return ignored(source, 'unknown_status', wire);
  const ownId = textOf(at(wire, 'biz_opaque_callback_data'));
  const proof = ownId !== undefined && isPlainId(ownId) ? { ownId } : undefined;
  if (became === 'sent' && !proof) return ignored(source, 'sent', { id });
  const time = whenOf(item);
  return {
    kind: 'receipt',
    source,
    key: eventKey('status', id, said),
    status: became,
    targets: [id],
    ...proof,
    ...(time && { at: time }),
    ...(became === 'failed' && { failure: failureOf(idOf(at(arrayOf(at(wire, 'errors'))[0], 'code'))) }),
  };
}

/** An error that is about no message: the number's admin must know. */
export function accountError({ source, wire }: Item): InboundEvent {
  const code = idOf(at(wire, 'code')) ?? 'without a code';
  const title = cleanName(textOf(at(wire, 'title')) ?? textOf(at(wire, 'message')))?.replace(/\.+$/, '');
  const sentence = `WhatsApp reports a problem with the number: ${title ?? 'it does not say which'} (${cleanName(code)}).`;
  return { kind: 'account', source, key: eventKey('account_error', fingerprint(wire)), what: 'warned', sentence };
}

const WISHES: ReadonlyMap<string, NoticeEvent['what']> = new Map([
  ['stop', 'opt_out'],
  ['resume', 'opt_in'],
]);

/** Whether somebody wants advertising. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/user_preferences */
export function preference(item: Item): InboundEvent {
  const { source, wire } = item;
  const person = personOf(item, { userId: at(wire, 'user_id'), phone: at(wire, 'wa_id') });
  const what = WISHES.get(textOf(at(wire, 'value')) ?? '');
  if (!person) return malformed(source, 'no_person', wire);
  if (what === undefined) return ignored(source, 'unknown_preference', wire);
  const time = whenOf(item);
  const key = eventKey('preference', fingerprint(wire));
  return { kind: 'notice', source, key, person, what, ...(time && { at: time }) };
}
