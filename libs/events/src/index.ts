export { EphemeralEvents, type EphemeralEvent } from './ephemeral-events.js';
export { EventLog } from './event-log.js';
export type { Audience, EventMap, EventType, NewEvent } from './event-map.js';
export { EventReadingModule } from './event-reading.module.js';
export { EventsModule } from './events.module.js';
export { AudienceQueues } from './reading/audience-queues.js';
