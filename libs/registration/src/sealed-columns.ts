import type { SealedColumn } from '#database';
import { placeOfSecrets } from './channel-secrets.js';
import { placeOfGrant } from './sign-in/sign-ins.js';
import { placeOfField } from './sealed-fields.js';

/** What this room keeps sealed. */
export const REGISTRATION_SEALED: readonly SealedColumn[] = [
  {
    table: 'channels',
    column: 'secrets',
    form: 'fields',
    boundTo: (id, field) => placeOfField(placeOfSecrets(id), field),
  },
  {
    table: 'account_sign_ins',
    column: 'secrets',
    form: 'fields',
    boundTo: (id, field) => placeOfField(placeOfGrant(id), field),
  },
];
