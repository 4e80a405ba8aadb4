import type { KeyRing } from '#database';

export type SealedFields = Readonly<Record<string, string>>;

export const placeOfField = (row: string, name: string) => `${row}/${name}`;

/**
 * Credentials at rest: each field sealed by itself with its row and name as additional data, so that no sealed value can be
 * moved to another row or field. Fields without a value are left out.
 */
export function sealFields(
  keys: KeyRing,
  row: string,
  fields: Readonly<Record<string, string | undefined>>,
): SealedFields {
  return mapFields(fields, (name, value) => keys.encryptText(value, placeOfField(row, name)));
}

export function openFields(keys: KeyRing, row: string, sealed: SealedFields): SealedFields {
  return mapFields(sealed, (name, value) => keys.decryptText(value, placeOfField(row, name)));
}

function mapFields(
  fields: Readonly<Record<string, string | undefined>>,
  change: (name: string, value: string) => string,
): SealedFields {
  const present = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, change(name, value)]));
}
