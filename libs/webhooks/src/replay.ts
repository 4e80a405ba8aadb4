import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { EventReader } from '#events';
import { deliveriesOf } from './delivery-of-event.js';
import { DeliveryRepository } from './delivery.repository.js';
import { EndpointRepository } from './endpoint.repository.js';

interface Wish {
  readonly endpointId: string;
  readonly from: string;
  readonly until: string;
}

/** Delivers what the log has of a time once more. Being interrupted, and run again, is harmless. */
@Injectable()
export class Replay {
  constructor(
    private readonly database: Database,
    private readonly log: EventReader,
    private readonly deliveries: DeliveryRepository,
    private readonly endpoints: EndpointRepository,
  ) {}

  async run(payload: unknown): Promise<void> {
    const { endpointId, from, until } = payload as Wish;
    const [begin, end] = [new Date(from), new Date(until)];
    const endpoint = await this.endpoints.get(endpointId);
    if (!endpoint) return;
    const subscriber = { id: endpoint.id, types: endpoint.types, activeSince: begin };
    for (let page = await this.log.page(undefined); page.events.length > 0; page = await this.log.page(page.end)) {
      const wanted = page.events.filter(({ at }) => at >= begin && at < end);
      const found = deliveriesOf(page.epoch, wanted, [subscriber]);
      await this.database.transaction((tx) => this.deliveries.insert(tx, found, true));
    }
  }
}
