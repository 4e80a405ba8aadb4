import { TagRepository } from './tag.repository.js';
import { Tagging } from './tagging.js';
import { Tags } from './tags.js';

/** Words that sort chats. */
export const TAGS = [TagRepository, Tagging, Tags];
