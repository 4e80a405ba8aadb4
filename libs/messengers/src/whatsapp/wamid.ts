import { boundedId } from '#messenger-kit';

/** WhatsApp's id of a message, as we keep it: opaque, and the same in both directions. */
export function wamidOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? boundedId(value) : undefined;
}

/** Ids of ours stand in for overlong ones; WhatsApp knows them not. */
export function isWamid(externalId: string | undefined): externalId is string {
  return externalId !== undefined && externalId.startsWith('wamid.');
}
