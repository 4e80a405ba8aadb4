import { Module } from '@nestjs/common';
import { EphemeralEvents } from './ephemeral-events.js';
import { EventLog } from './event-log.js';
import { EventRepository } from './event.repository.js';
import { WakeUps } from './wake-ups.js';

/** For rooms where things happen. */
@Module({
  providers: [EphemeralEvents, EventLog, EventRepository, WakeUps],
  exports: [EphemeralEvents, EventLog, WakeUps],
})
export class EventsModule {}
