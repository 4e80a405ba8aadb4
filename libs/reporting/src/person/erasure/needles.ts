import type { KeyRing, SealedColumn } from '#database';
import type { ErasedPerson } from './erasure-step.js';

const boundTo = (erasureId: string) => `erasures/${erasureId}/needles`;

/** What this room keeps sealed. */
export const REPORTING_SEALED: readonly SealedColumn[] = [
  { table: 'erasures', column: 'needles', form: 'text', boundTo },
];

/** The ids a person was known by, kept sealed until nothing is left to be found by them. */
export function sealNeedles(keys: KeyRing, erasureId: string, known: ErasedPerson['known']): string {
  const needles = known.map(({ messenger, scope, externalId }) => [messenger, scope, externalId]);
  return keys.encryptText(JSON.stringify(needles), boundTo(erasureId));
}

export function openNeedles(keys: KeyRing, erasureId: string, sealed: string): ErasedPerson['known'] {
  const needles = JSON.parse(keys.decryptText(sealed, boundTo(erasureId))) as [string, string, string][];
  return needles.map(([messenger, scope, externalId]) => ({ messenger, scope, externalId }));
}
