import { at, boundedId, eventKey, fingerprint, idOf, objectOf, textOf, timeOf } from '#messenger-kit';
import type {
  IgnoredEvent,
  InboundEvent,
  MalformedEvent,
  MessageContent,
  Sender,
  UntrustedObject,
} from '#messenger-kit';

/** One of LINE's events, with what every kind needs: https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects */
export interface LineEvent {
  readonly source: string;
  readonly key: string;
  readonly at: Date | undefined;
  readonly wire: UntrustedObject;
}

export type Converter = (event: LineEvent) => InboundEvent;

export function eventOf(source: string, wire: UntrustedObject): LineEvent {
  return { source, key: keyOf(wire), at: timeOf(wire['timestamp']), wire };
}

/** The same however often LINE delivers it; what is said about the delivery itself does not count. */
function keyOf(wire: UntrustedObject): string {
  const id = textOf(wire['webhookEventId']);
  if (id !== undefined) return eventKey('event', boundedId(id));
  return eventKey('event', fingerprint(saidBy(wire)));
}

function saidBy(wire: unknown): unknown {
  const { deliveryContext: _, ...event } = objectOf(wire) ?? {};
  return objectOf(wire) ? event : wire;
}

export function ignored({ source, key }: Pick<LineEvent, 'source' | 'key'>, reason: string): IgnoredEvent {
  return { kind: 'ignored', source, key, reason };
}

export function malformed(source: string, reason: string, wire: unknown): MalformedEvent {
  return { kind: 'malformed', source, key: eventKey('malformed', fingerprint(saidBy(wire))), reason };
}

export function ignoring(reason: string): Converter {
  return (event) => ignored(event, reason);
}

/** User ids are the same for all accounts of one provider, which events do not name: so they count for the account alone. */
export function personOf({ source, wire }: LineEvent): Sender | undefined {
  const externalId = idOf(at(wire, 'source', 'userId'));
  return externalId === undefined ? undefined : { scope: source, externalId };
}

/** What was said, with a word of it where another system has the chat. */
export function heard({ wire }: LineEvent, content: MessageContent): MessageContent {
  return wire['mode'] === 'standby' ? { ...content, standby: true } : content;
}

/** Why nobody of whom a conversation could be said this; undefined where somebody did. */
export function whyNobody({ wire }: LineEvent): string | undefined {
  const from = objectOf(wire['source']);
  if (!from) return 'no_source';
  const type = textOf(from['type']);
  if (type === 'group' || type === 'room') return 'group';
  if (type !== 'user') return 'unknown_source';
  return idOf(from['userId']) === undefined ? 'no_sender' : undefined;
}
