import { at, eventKey, fingerprint, has, idOf, objectOf, timeOf } from '#messenger-kit';
import type { InboundEvent, UntrustedObject } from '#messenger-kit';
import { messageContent } from './content.js';
import { isServiceMessage } from './service-message.js';
import { ignored, isPrivate, malformed, messageKey, rankOf, senderOf, type Update } from './update.js';

/** Telegram's own accounts: service notifications, anonymous group admins, channels. Not customers. */
const SERVICE_ACCOUNTS = new Set(['777000', '1087968824', '136817688']);

/** An element of an album is a message like any other: nothing says when an album is complete. */
export function message({ source, content }: Update): InboundEvent {
  const wire = objectOf(content);
  const chat = idOf(at(wire, 'chat', 'id'));
  const id = idOf(at(wire, 'message_id'));
  if (!wire || chat === undefined || id === undefined) return malformed(source, 'message_without_id', content);
  const key = eventKey('message', chat, id);
  const reason = whyNotAMessage(wire, chat, id);
  if (reason !== undefined) return ignored(source, key, reason);
  const sentAt = timeOf(wire['date']);
  return {
    kind: 'message',
    source,
    key,
    sender: senderOf(wire['from'], chat),
    externalId: messageKey(chat, id),
    ...(sentAt && { sentAt, sentWithinMs: 1_000 }),
    content: messageContent(wire, chat),
  };
}

/** The whole message as it is now; also each step of a live location. Edits of one second differ by their update alone. */
export function edit(update: Update): InboundEvent {
  const { source, content } = update;
  const wire = objectOf(content);
  const [chat, id, date] = [at(wire, 'chat', 'id'), at(wire, 'message_id'), at(wire, 'edit_date')].map(idOf);
  const isNamed = ![update.id, chat, id, date].includes(undefined);
  const key = eventKey('edit', chat, id, date, isNamed ? update.id : fingerprint(content));
  if (!wire || chat === undefined || id === undefined) return malformed(source, 'edit_without_id', content);
  const reason = whyNotAMessage(wire, chat, id);
  if (reason !== undefined) return ignored(source, key, reason);
  const editedAt = timeOf(wire['edit_date']);
  return {
    kind: 'edit',
    source,
    key,
    target: messageKey(chat, id),
    ...(editedAt && { at: editedAt }),
    rank: rankOf(editedAt, update),
    content: messageContent(wire, chat),
  };
}

function whyNotAMessage(wire: UntrustedObject, chat: string, id: string): string | undefined {
  const from = objectOf(wire['from']);
  if (!isPrivate(wire['chat'], from)) return 'group';
  if (has(wire, 'business_connection_id')) return 'business';
  if (id === '0') return 'ephemeral';
  if (!from) return 'no_sender';
  if (from['is_bot'] === true) return 'bot';
  if (SERVICE_ACCOUNTS.has(chat)) return 'service_account';
  return isServiceMessage(wire) ? 'service_message' : undefined;
}
