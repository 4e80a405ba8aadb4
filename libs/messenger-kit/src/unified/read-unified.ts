import type { InboundEvent, InboundMessage, Sender } from '../contract.js';
import { eventKey, fingerprint } from '../keys.js';
import { at, idOf, textOf, timeOf } from '../untrusted.js';
import { Fields, type Place, Unreadable } from './fields.js';
import { contentOf, defined, lineOf, oneOf, referralOf } from './unified-content.js';

/** Whose events are read: `source` and `scope` as in `EventFrame` and `Sender`. */
export interface UnifiedPlace {
  readonly source: string;
  readonly scope: string;
}

type Reader = (fields: Fields, place: UnifiedPlace, key: string) => InboundEvent;

const MOST_TARGETS = 1_000;
const MOST_EMOJIS = 50;
const STATUSES = ['delivered', 'read', 'failed'] as const;
const NOTICES = ['blocked', 'unblocked', 'referral', 'opt_in', 'opt_out'] as const;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['message', message],
  ['edit', edit],
  ['deletion', deletion],
  ['reaction', reaction],
  ['receipt', receipt],
  ['echo', echo],
  ['notice', notice],
]);

/**
 * One event in the unified form, strictly: an object with `kind` and the members of the kit's events, the content beside
 * them. What is missing, of a wrong kind or unknown makes it `malformed`, with a reason that names the member. Never
 * throws. The same event has the same key, in whatever order its members are.
 */
export function readUnified(event: unknown, place: UnifiedPlace): InboundEvent {
  const key = fingerprint(event);
  const kind = textOf(at(event, 'kind'));
  if (kind !== undefined && !READERS.has(kind)) {
    return { kind: 'ignored', source: place.source, key: eventKey('unknown_event', key), reason: 'unknown_event' };
  }
  const read = attempted(event, place, key);
  if (!(read instanceof Unreadable)) return read;
  return { kind: 'malformed', source: place.source, key: eventKey('malformed', key), reason: read.reason };
}

/** The way to the member for which `readUnified` calls the event `malformed`; empty: to the event itself. */
export function unreadableIn(event: unknown, place: UnifiedPlace): Place {
  const read = attempted(event, place, '');
  return read instanceof Unreadable ? read.place : [];
}

function attempted(event: unknown, place: UnifiedPlace, key: string): InboundEvent | Unreadable {
  const reader = READERS.get(textOf(at(event, 'kind')) ?? '');
  try {
    return Fields.of(event, [], (fields) => {
      fields.needed('kind', textOf);
      return reader!(fields, place, key);
    });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return error;
  }
}

function message(fields: Fields, place: UnifiedPlace): InboundMessage {
  const externalId = fields.needed('externalId', idOf);
  return defined({
    kind: 'message',
    source: place.source,
    key: eventKey('message', externalId),
    externalId,
    sender: personOf(fields, 'sender', place),
    sentAt: fields.maybe('sentAt', timeOf),
    content: contentOf(fields),
  });
}

function edit(fields: Fields, { source }: UnifiedPlace, key: string): InboundEvent {
  const change = { source, key: eventKey('edit', key), ...changeOf(fields, fields.needed('at', timeOf)) };
  return { kind: 'edit', ...change, content: contentOf(fields) };
}

function deletion(fields: Fields, { source }: UnifiedPlace, key: string): InboundEvent {
  const change = changeOf(fields, fields.maybe('at', timeOf));
  return { kind: 'deletion', source, key: eventKey('deletion', key), ...change };
}

function reaction(fields: Fields, place: UnifiedPlace, key: string): InboundEvent {
  const emojis = fields.list('emojis', MOST_EMOJIS, (item) => {
    const emoji = lineOf(item);
    if (emoji === undefined) throw new Unreadable('emojis_invalid');
    return emoji;
  });
  return {
    kind: 'reaction',
    source: place.source,
    key: eventKey('reaction', key),
    ...changeOf(fields, fields.needed('at', timeOf)),
    by: personOf(fields, 'by', place),
    emojis: emojis ?? [],
  };
}

function receipt(fields: Fields, place: UnifiedPlace, key: string): InboundEvent {
  const targets = fields.list('targets', MOST_TARGETS, (item) => {
    const target = idOf(item);
    if (target === undefined) throw new Unreadable('targets_invalid');
    return target;
  });
  const person = maybePerson(fields, 'person', place);
  const upTo = fields.maybe('upTo', timeOf);
  if (!targets && !(person && upTo)) throw new Unreadable('targets_missing');
  return defined({
    kind: 'receipt',
    source: place.source,
    key: eventKey('receipt', key),
    status: fields.needed('status', oneOf(STATUSES)),
    targets,
    person,
    upTo,
    at: fields.maybe('at', timeOf),
    failure: fields.within('failure', (inside) => ({
      code: inside.needed('code', lineOf),
      sentence: inside.needed('sentence', lineOf),
    })),
  });
}

function echo(fields: Fields, place: UnifiedPlace): InboundEvent {
  const externalId = fields.needed('externalId', idOf);
  return defined({
    kind: 'echo',
    source: place.source,
    key: eventKey('echo', externalId),
    externalId,
    recipient: personOf(fields, 'recipient', place),
    ownId: fields.maybe('ownId', idOf),
    sentAt: fields.maybe('sentAt', timeOf),
    content: contentOf(fields),
  });
}

function notice(fields: Fields, place: UnifiedPlace, key: string): InboundEvent {
  return defined({
    kind: 'notice',
    source: place.source,
    key: eventKey('notice', key),
    person: personOf(fields, 'person', place),
    what: fields.needed('what', oneOf(NOTICES)),
    at: fields.maybe('at', timeOf),
    referral: fields.within('referral', referralOf),
  });
}

function changeOf(fields: Fields, when: Date | undefined) {
  const rank = fields.maybe('rank', (value) => (Number.isSafeInteger(value) ? (value as number) : undefined)) ?? 0;
  return { target: fields.needed('target', idOf), rank, ...(when && { at: when }) };
}

function personOf(fields: Fields, name: string, place: UnifiedPlace): Sender {
  const person = maybePerson(fields, name, place);
  if (!person) throw new Unreadable(`${name}_missing`, [name]);
  return person;
}

function maybePerson(fields: Fields, name: string, { scope }: UnifiedPlace): Sender | undefined {
  return fields.within(name, (inside) =>
    defined({ scope, externalId: inside.needed('externalId', idOf), name: inside.maybe('name', lineOf) }),
  );
}
