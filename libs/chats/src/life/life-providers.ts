import { SilenceRepository } from './silence.repository.js';
import { SilentChats } from './silent-chats.js';

/** What happens to chats by itself. */
export const LIFE = [SilenceRepository, SilentChats];
