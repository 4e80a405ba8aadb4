import { at, cleanName, eventKey, fingerprint, idOf, textOf } from '#messenger-kit';
import type { IgnoredEvent, InboundEvent, MalformedEvent, Sender } from '#messenger-kit';

/** One part of an update, with what every kind needs. */
export interface Update {
  readonly source: string;
  /** Unique per bot for about a week, then it may start anywhere again: good for a key only beside ids and dates. */
  readonly id: string | undefined;
  readonly content: unknown;
}

export type Converter = (update: Update) => InboundEvent;

export function ignored(source: string, key: string, reason: string): IgnoredEvent {
  return { kind: 'ignored', source, key, reason };
}

export function malformed(source: string, reason: string, wire: unknown): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(wire)), reason };
}

/** The key of kinds without an id of their own: the content, told apart by the update where contents are equal. */
export function keyByContent(kind: string, { content, id }: Update): string {
  return eventKey(kind, fingerprint(content), id);
}

export function ignoring(reason: string): Converter {
  return (update) => ignored(update.source, keyByContent(reason, update), reason);
}

const UPDATES_OF_A_SECOND = 2 ** 21;

/**
 * Orders changes by their second, within it by update: update ids alone do not, as they may start anywhere after a quiet
 * week. Below 2^53 for every date of `timeOf`.
 */
export function rankOf(at: Date | undefined, { id }: Update): number {
  const update = /^\d{1,15}$/.test(id ?? '') ? Number(id) : 0;
  return at ? Math.trunc(at.getTime() / 1000) * UPDATES_OF_A_SECOND + (update % UPDATES_OF_A_SECOND) : 0;
}

/** A message's id is unique within its chat only. */
export function messageKey(chat: string, message: string): string {
  return eventKey(chat, message);
}

/** In a private chat the chat's id is the person's. */
export function senderOf(user: unknown, externalId: string): Sender {
  const name =
    cleanName(textOf(at(user, 'first_name')), textOf(at(user, 'last_name'))) ?? cleanName(textOf(at(user, 'username')));
  return { scope: '', externalId, ...(name !== undefined && { name }) };
}

/** Whether `chat` is the one between the bot and `user`. */
export function isPrivate(chat: unknown, user: unknown): boolean {
  const id = idOf(at(chat, 'id'));
  return id !== undefined && (at(chat, 'type') === 'private' || idOf(at(user, 'id')) === id);
}
