import { Module, type DynamicModule } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { EventsModule } from './events.module.js';
import { EventsOptions } from './events-options.js';
import { EventList } from './reading/event-list.js';
import { EventReader } from './reading/event-reader.js';
import { EventsController } from './reading/events.controller.js';
import { LogEpoch } from './reading/log-epoch.js';
import { LogReaderRepository } from './reading/log-reader.repository.js';
import { Retention } from './reading/retention.js';
import { Viewers } from './reading/viewers.js';
import { Bulletin } from './stream/bulletin.js';
import { CatchingUp } from './stream/catching-up.js';
import { Draining } from './stream/draining.js';
import { EventStreamController } from './stream/event-stream.controller.js';
import { EventStreams } from './stream/event-streams.js';
import { LogTail } from './stream/log-tail.js';
import { ReaderWatch } from './stream/reader-watch.js';
import { StreamHub } from './stream/stream-hub.js';
import { StreamMetrics } from './stream/stream-metrics.js';

const reading = [EventList, EventReader, LogEpoch, LogReaderRepository, Retention, Viewers];
const streams = [Bulletin, CatchingUp, Draining, EventStreams, LogTail, ReaderWatch, StreamHub, StreamMetrics];

/** For those who read the log: agents over the stream, programs by asking, and the rooms above. Needs `AudienceQueues`. */
@Module({})
export class EventReadingModule {
  static forRoot(options: Partial<EventsOptions> = {}): DynamicModule {
    return {
      module: EventReadingModule,
      global: true,
      imports: [EventsModule, IdentityModule],
      controllers: [EventStreamController, EventsController],
      providers: [{ provide: EventsOptions, useValue: new EventsOptions(options) }, ...reading, ...streams],
      exports: [EventReader],
    };
  }
}
