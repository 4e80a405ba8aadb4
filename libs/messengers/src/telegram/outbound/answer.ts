import { arrayOf, at, eventKey, idOf, timeOf } from '#messenger-kit';
import type { SendVerdict } from '#messenger-kit';
import type { Refused } from './errors.js';
import type { LoadedFile } from './order.js';

/** What was asked: where to, and how each file goes. */
export interface Attempt {
  readonly chat: string;
  readonly files: readonly LoadedFile[];
}

/** Refusals of how a file goes, not of the file: a document it may be. */
const ONLY_AS_DOCUMENT =
  /image_process_failed|photo_invalid_dimensions|voice_messages_forbidden|photo_ext_invalid|wrong type of the web page/i;

/**
 * Another attempt where the refusal names a way out, each way once: the chat's new id, files as documents. Telegram did
 * not take the message, so asking again doubles nothing.
 */
export function againAfter(answer: Refused, attempt: Attempt, recipient: string): Attempt | undefined {
  if (answer.kind !== 'error' || answer.code !== 400) return undefined;
  if (answer.migrateTo !== undefined && attempt.chat === recipient && answer.migrateTo !== recipient) {
    return { ...attempt, chat: answer.migrateTo };
  }
  if (!ONLY_AS_DOCUMENT.test(answer.description) || attempt.files.every(({ way }) => way === 'document')) {
    return undefined;
  }
  return { ...attempt, files: attempt.files.map((file) => ({ ...file, way: 'document' })) };
}

/** `result` is the message Telegram made, or all of an album. */
export function sent(result: unknown, chat: string): SendVerdict {
  const messages = Array.isArray(result) ? arrayOf(result) : [result];
  const ids = messages.flatMap((message) => externalIdOf(message, chat) ?? []);
  const [externalId] = ids;
  if (externalId === undefined) {
    return { kind: 'unknown', sentence: 'Telegram accepted the message without telling its id.' };
  }
  const sentAt = timeOf(at(messages[0], 'date'));
  return {
    kind: 'sent',
    externalId,
    ...(ids.length > 1 && { externalIds: ids }),
    ...(sentAt && { sentAt }),
  };
}

function externalIdOf(message: unknown, chat: string): string | undefined {
  const id = idOf(at(message, 'message_id'));
  return id === undefined ? undefined : eventKey(idOf(at(message, 'chat', 'id')) ?? chat, id);
}
