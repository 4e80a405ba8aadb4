import { DueTextRepository } from './due-text.repository.js';
import { DueTexts } from './due-texts.js';

/** What queues say by themselves. */
export const QUEUE_TEXTS = [DueTextRepository, DueTexts];
