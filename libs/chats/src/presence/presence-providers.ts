import { Presence } from './presence.js';
import { PresenceRepository } from './presence.repository.js';

/** Who has which chat before their eyes. */
export const PRESENCE = [Presence, PresenceRepository];
