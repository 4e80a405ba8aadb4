import { at, boundedId, eventKey, fingerprint, has, idOf } from '#messenger-kit';
import type { IgnoredEvent, InboundEvent, MalformedEvent, Sender } from '#messenger-kit';

/** One item of `messaging[]` or `standby[]` with the frame all kinds share. */
export interface Item {
  /** The account of ours, by its id: a Page, an Instagram account. */
  readonly account: string;
  readonly sender: string | undefined;
  readonly recipient: string | undefined;
  /** The item's own time, else its entry's. */
  readonly time: Date | undefined;
  /** The ids of our app, which tell our own echoes from those of others. */
  readonly apps: readonly string[];
  readonly wire: unknown;
}

export type Converter = (item: Item) => InboundEvent;

/** Ids are made for one account: the same person has another one on every other. */
export function personOf(item: Item, externalId: string): Sender {
  return { scope: item.account, externalId };
}

/** For an event whose person is missing. Guests of the chat plugin have a `user_ref` and no id: nobody could answer them. */
export function ofNobody(item: Item, end: 'sender' | 'recipient', key: string): IgnoredEvent | MalformedEvent {
  const isGuest = has(at(item.wire, end), 'user_ref');
  return isGuest ? ignored(item.account, 'guest', key) : malformed(item.account, `no_${end}`, item.wire);
}

export function midOf(wire: unknown): string | undefined {
  const mid = at(wire, 'mid');
  return typeof mid === 'string' && mid !== '' ? boundedId(mid) : undefined;
}

/** Ids of ours stand in for postbacks without `mid` and for overlong ids; Meta knows neither. */
export function isMid(externalId: string | undefined): externalId is string {
  return externalId !== undefined && !/^(postback|sha256):/.test(externalId);
}

export function isOurs({ apps }: Item, app: unknown): boolean {
  const id = idOf(app);
  return id !== undefined && apps.includes(id);
}

/** Same content, same key. */
export const ignoring = (reason: string): Converter => {
  return (item) => ignored(item.account, reason, fingerprint(item.wire));
};

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
