import { ATTACHMENTS_SEALED } from '#attachments';
import { CHATS_SEALED } from '#chats';
import type { SealedColumn } from '#database';
import { MESSAGING_SEALED } from '#messaging';
import { REGISTRATION_SEALED } from '#registration';
import { REPORTING_SEALED } from '#reporting';
import { WEBHOOKS_SEALED } from '#webhooks';

/** Everything the key ring keeps sealed in the database: a test compares it with the tables. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...REGISTRATION_SEALED,
  ...CHATS_SEALED,
  ...WEBHOOKS_SEALED,
  ...ATTACHMENTS_SEALED,
  ...REPORTING_SEALED,
  ...MESSAGING_SEALED,
];
