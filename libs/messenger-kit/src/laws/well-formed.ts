import type { InboundEvent, InboundMessage, ReceiptEvent, Sender } from '../contract.js';

/** What is wrong with an event, in words; empty when nothing is. */
export function flawsOf(event: InboundEvent): string[] {
  const flaws = [...idFlaws('key', event.key), ...(event.source === '' ? [] : idFlaws('source', event.source))];
  if (event.kind === 'ignored' || event.kind === 'malformed') {
    return /^[a-z][a-z0-9_]*$/.test(event.reason) ? flaws : [...flaws, `reason ${event.reason} is not snake_case`];
  }
  flaws.push(...absurdTimes(event), ...uncleanStrings(withoutTimes(event)), ...peopleIn(event).flatMap(personFlaws));
  if ('externalId' in event) flaws.push(...idFlaws('externalId', event.externalId));
  if ('target' in event) flaws.push(...idFlaws('target', event.target));
  if ('rank' in event && !Number.isFinite(event.rank)) flaws.push('a rank that is no number');
  if (event.kind === 'receipt') flaws.push(...receiptFlaws(event));
  return event.kind === 'message' ? [...flaws, ...visibleFlaws(event)] : flaws;
}

/** Everybody an event names. */
export function peopleIn(event: InboundEvent): Sender[] {
  const people = [
    'sender' in event ? event.sender : undefined,
    'recipient' in event ? event.recipient : undefined,
    'person' in event ? event.person : undefined,
    'by' in event && event.by !== 'account' ? event.by : undefined,
  ];
  return people.filter((person) => person !== undefined);
}

function personFlaws({ externalId, scope }: Sender): string[] {
  return [...idFlaws('a person’s id', externalId), ...(scope === '' ? [] : idFlaws('scope', scope))];
}

/** Somebody must be able to find what a receipt is about. */
function receiptFlaws({ targets = [], person, upTo, status, failure }: ReceiptEvent): string[] {
  const flaws = targets.flatMap((target) => idFlaws('target', target));
  if (targets.length === 0 && !(person && upTo)) flaws.push('a receipt about nothing');
  return failure && status !== 'failed' ? [...flaws, 'a failure that did not fail'] : flaws;
}

function visibleFlaws({ content }: InboundMessage): string[] {
  const { text, attachments, choice, unsupported } = content;
  return text || attachments?.length || choice || unsupported ? [] : ['nothing of it would be visible'];
}

function absurdTimes(event: InboundEvent): string[] {
  return Object.entries(event)
    .filter(([, value]) => value instanceof Date && !(value.getFullYear() >= 2000 && value.getFullYear() < 2100))
    .map(([name]) => `absurd ${name}`);
}

function idFlaws(what: string, id: unknown): string[] {
  if (typeof id !== 'string') return [`${what} is no string`];
  const isFine = id !== '' && Buffer.byteLength(id) <= 500 && isClean(id);
  return isFine ? [] : [`${what} ${JSON.stringify(id).slice(0, 80)} cannot be kept`];
}

function uncleanStrings(value: unknown): string[] {
  if (typeof value === 'string') return isClean(value) && value !== '' ? [] : ['an empty or unclean string'];
  // Coordinates have fractions; a whole number beyond 2^53 is an id that lost its digits.
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? [] : ['an unsafe number'];
  if (typeof value !== 'object' || value === null) return [];
  // An empty scope says that the person's id is the same for all accounts.
  return Object.entries(value).flatMap(([key, item]) => (key === 'scope' && item === '' ? [] : uncleanStrings(item)));
}

function isClean(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Dates have no strings to look at, and a source may be empty. */
function withoutTimes({ source: _source, ...event }: InboundEvent): unknown[] {
  return Object.values(event).filter((value) => !(value instanceof Date));
}
