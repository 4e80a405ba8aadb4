import { DraftRepository } from './draft.repository.js';
import { Drafts } from './drafts.js';

/** What was typed and not sent. */
export const DRAFTS = [DraftRepository, Drafts];
