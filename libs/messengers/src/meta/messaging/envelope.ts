import { arrayOf, at, boundedId, fingerprint, has, idOf, objectOf, parseJson, timeOf } from '#messenger-kit';
import type { InboundEvent, WebhookRequest } from '#messenger-kit';
import { ignored, malformed, type Converter, type Item } from './item.js';

/** How the calls of one network are taken apart. */
export interface Wanted {
  /** What the call says it is about; others hit the same address where the app is configured so. */
  readonly object: 'page' | 'instagram';
  /** What an item is, by the first key present. */
  readonly kinds: readonly (readonly [key: string, convert: Converter])[];
  readonly apps: readonly string[];
}

type Frame = Pick<Item, 'account' | 'apps'> & { readonly entryTime: Date | undefined };

/** The events of one call. https://developers.facebook.com/docs/messenger-platform/webhooks */
export function eventsOf({ body }: WebhookRequest, wanted: Wanted): InboundEvent[] {
  const envelope = objectOf(parseJson(body));
  if (!envelope) return [malformed('', 'not_json', body.toString('latin1'))];
  if (at(envelope, 'object') !== wanted.object) return [ignored('', 'unknown_object', fingerprint(envelope))];
  const entries = at(envelope, 'entry');
  if (!Array.isArray(entries)) return [malformed('', 'no_entry', envelope)];
  if (entries.length === 0) return [ignored('', 'no_entry', fingerprint(envelope))];
  return entries.flatMap((entry) => eventsOfEntry(entry, wanted));
}

function eventsOfEntry(entry: unknown, { kinds, apps, object }: Wanted): InboundEvent[] {
  const wireId = at(entry, 'id');
  const account = typeof wireId === 'string' ? boundedId(wireId) : idOf(wireId);
  if (!account) return [malformed('', object === 'page' ? 'no_page' : 'no_account', entry)];
  const frame = { account, apps, entryTime: timeOf(at(entry, 'time')) };
  const [messaging, standby, changes] = [at(entry, 'messaging'), at(entry, 'standby'), at(entry, 'changes')];
  const convertAll = (list: unknown) => arrayOf(list).map((wire) => eventOf(itemOf(wire, frame), kinds));
  // Standby holds what happened while another app had the thread: events like any other, but not said to us.
  const events = [
    ...convertAll(messaging),
    ...convertAll(standby).map(inStandby),
    ...arrayOf(changes).map((change) => ignored(account, 'change', fingerprint(change))),
  ];
  const isOdd = [messaging, standby, changes].some((list) => list !== undefined && !Array.isArray(list));
  if (isOdd) return [...events, malformed(account, 'odd_entry', entry)];
  return events.length > 0 ? events : [ignored(account, 'empty_entry', fingerprint(entry))];
}

function inStandby(event: InboundEvent): InboundEvent {
  return event.kind === 'message' ? { ...event, content: { ...event.content, standby: true } } : event;
}

function itemOf(wire: unknown, { account, apps, entryTime }: Frame): Item {
  return {
    account,
    apps,
    wire,
    sender: idOf(at(wire, 'sender', 'id')),
    recipient: idOf(at(wire, 'recipient', 'id')),
    time: timeOf(at(wire, 'timestamp')) ?? entryTime,
  };
}

function eventOf(item: Item, kinds: Wanted['kinds']): InboundEvent {
  if (!objectOf(item.wire)) return malformed(item.account, 'not_an_object', item.wire);
  const convert = kinds.find(([key]) => has(item.wire, key))?.[1];
  return convert ? convert(item) : ignored(item.account, 'unknown_event', fingerprint(item.wire));
}
