import { at, cleanName, eventKey, fingerprint, idOf, textOf, timeOf } from '#messenger-kit';
import type { IgnoredEvent, InboundEvent, MalformedEvent, Sender } from '#messenger-kit';

/** A call, which is one event, and the bot it is for. */
export interface Item {
  readonly source: string;
  readonly wire: unknown;
}

export type Converter = (item: Item) => InboundEvent;

/** 19 digits, as a number on the wire: `parseJson` keeps them all. */
export function tokenOf({ wire }: Item): string | undefined {
  return idOf(at(wire, 'message_token'));
}

export function whenOf({ wire }: Item): Date | undefined {
  return timeOf(at(wire, 'timestamp'));
}

/** Somebody as a bot knows them: every bot has another id for the same person. */
export function personOf({ source }: Item, user: unknown): Sender | undefined {
  const externalId = idOf(at(user, 'id'));
  const name = cleanName(textOf(at(user, 'name')));
  return externalId === undefined ? undefined : { scope: source, externalId, ...(name !== undefined && { name }) };
}

/** Same content, same key. */
export function ignored({ source, wire }: Item, reason: string): IgnoredEvent {
  return { kind: 'ignored', source, key: eventKey(reason, fingerprint(wire)), reason };
}

export function ignoring(reason: string): Converter {
  return (item) => ignored(item, reason);
}

export function malformed({ source, wire }: Item, reason: string): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(wire)), reason };
}
