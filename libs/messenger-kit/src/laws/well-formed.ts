import type { InboundEvent } from '../contract.js';

/** What is wrong with an event, in words; empty when nothing is. */
export function flawsOf(event: InboundEvent): string[] {
  const flaws = [...idFlaws('key', event.key), ...(event.source === '' ? [] : idFlaws('source', event.source))];
  if (event.kind !== 'message') {
    return /^[a-z][a-z0-9_]*$/.test(event.reason) ? flaws : [...flaws, `reason ${event.reason} is not snake_case`];
  }
  const { text, attachments, choice, unsupported } = event.content;
  if (!text && !attachments?.length && !choice && !unsupported) flaws.push('nothing of it would be visible');
  if (event.sentAt && !(event.sentAt.getFullYear() >= 2000 && event.sentAt.getFullYear() < 2100))
    flaws.push('absurd sentAt');
  return [
    ...flaws,
    ...idFlaws('externalId', event.externalId),
    ...idFlaws('sender', event.sender.externalId),
    ...(event.sender.scope === '' ? [] : idFlaws('scope', event.sender.scope)),
    ...uncleanStrings(event.sender.name),
    ...uncleanStrings(event.content),
  ];
}

function idFlaws(what: string, id: unknown): string[] {
  if (typeof id !== 'string') return [`${what} is no string`];
  const isFine = id !== '' && Buffer.byteLength(id) <= 500 && isClean(id);
  return isFine ? [] : [`${what} ${JSON.stringify(id).slice(0, 80)} cannot be kept`];
}

function uncleanStrings(value: unknown): string[] {
  if (typeof value === 'string') return isClean(value) && value !== '' ? [] : ['an empty or unclean string'];
  if (typeof value === 'number') return Number.isSafeInteger(value) ? [] : ['an unsafe number'];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(uncleanStrings) : [];
}

function isClean(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
