import { Module } from '@nestjs/common';
import { EventLog } from './event-log.js';
import { EventRepository } from './event.repository.js';

@Module({ providers: [EventLog, EventRepository], exports: [EventLog] })
export class EventsModule {}
