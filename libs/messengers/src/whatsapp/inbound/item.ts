import { eventKey, fingerprint, timeOf, at } from '#messenger-kit';
import type { IgnoredEvent, InboundEvent, MalformedEvent } from '#messenger-kit';

/** One item of a list of a change, with what the items of a change share. */
export interface Item {
  /** The number of ours, by its id. */
  readonly source: string;
  /** Who the change names: fewer than its items, in any order, or none. */
  readonly contacts: readonly unknown[];
  readonly wire: unknown;
}

export type Converter = (item: Item) => InboundEvent;

export function whenOf({ wire }: Item): Date | undefined {
  return timeOf(at(wire, 'timestamp'));
}

/** Same content, same key. */
export function ignored(source: string, reason: string, wire: unknown): IgnoredEvent {
  return { kind: 'ignored', source, key: eventKey(reason, fingerprint(wire)), reason };
}

export function malformed(source: string, reason: string, wire: unknown): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(wire)), reason };
}
