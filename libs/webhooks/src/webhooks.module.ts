import { Module, type DynamicModule } from '@nestjs/common';
import { EventsModule } from '#events';
import { Courier } from './courier.js';
import { Deliveries } from './deliveries.js';
import { DeliveryController } from './delivery.controller.js';
import { DeliveryRepository } from './delivery.repository.js';
import { Dispatcher } from './dispatcher.js';
import { DispatchRepository } from './dispatch.repository.js';
import { EndpointController } from './endpoint.controller.js';
import { EndpointRepository } from './endpoint.repository.js';
import { Endpoints } from './endpoints.js';
import { Replay } from './replay.js';
import { Rounds } from './rounds.js';
import { WebhooksOptions } from './webhooks-options.js';

/** Events delivered to other programs. Needs `GuardedHttp` and `EventReader` from global modules. */
@Module({})
export class WebhooksModule {
  static forRoot(options: Partial<WebhooksOptions> = {}): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [EventsModule],
      controllers: [DeliveryController, EndpointController],
      providers: [
        { provide: WebhooksOptions, useValue: new WebhooksOptions(options) },
        Courier,
        Deliveries,
        DeliveryRepository,
        Dispatcher,
        DispatchRepository,
        EndpointRepository,
        Endpoints,
        Replay,
        Rounds,
      ],
    };
  }
}
