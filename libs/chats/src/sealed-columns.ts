import type { SealedColumn } from '#database';
import { ACTIONS_SEALED } from './action/action-secrets.js';
import { WAITING_SEALED } from './change/file-references.js';

/** What this room keeps sealed. */
export const CHATS_SEALED: readonly SealedColumn[] = [...ACTIONS_SEALED, WAITING_SEALED];
