import { ContactTimeline } from './contact-timeline.js';
import { TimelineRepository } from './timeline.repository.js';

/** What there was with a contact. */
export const TIMELINE = [ContactTimeline, TimelineRepository];
