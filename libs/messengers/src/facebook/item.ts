import { at, boundedId, eventKey, fingerprint, has } from '#messenger-kit';
import type { IgnoredEvent, InboundEvent, MalformedEvent, Sender } from '#messenger-kit';

/** One item of `messaging[]` or `standby[]` with the frame all kinds share. */
export interface Item {
  readonly page: string;
  readonly sender: string | undefined;
  readonly recipient: string | undefined;
  /** The item's own time, else its entry's. */
  readonly time: Date | undefined;
  /** The id of our Meta app, which tells our own echoes from those of others. */
  readonly app: string | undefined;
  readonly wire: unknown;
}

export type Converter = (item: Item) => InboundEvent;

/** Page-scoped: the same person has another id on every Page. */
export function personOf(item: Item, externalId: string): Sender {
  return { scope: item.page, externalId };
}

/** For an event whose person is missing. Guests of the chat plugin have a `user_ref` and no id: nobody could answer them. */
export function ofNobody(item: Item, end: 'sender' | 'recipient', key: string): IgnoredEvent | MalformedEvent {
  const isGuest = has(at(item.wire, end), 'user_ref');
  return isGuest ? ignored(item.page, 'guest', key) : malformed(item.page, `no_${end}`, item.wire);
}

export function midOf(wire: unknown): string | undefined {
  const mid = at(wire, 'mid');
  return typeof mid === 'string' && mid !== '' ? boundedId(mid) : undefined;
}

/** The time as a part of a key. */
export function stamp(time: Date | undefined): string | undefined {
  return time?.getTime().toString();
}

export function ignored(source: string, reason: string, ...ids: (string | undefined)[]): IgnoredEvent {
  return { kind: 'ignored', source, key: eventKey(reason, ...ids), reason };
}

export function malformed(source: string, reason: string, wire: unknown): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(wire)), reason };
}
