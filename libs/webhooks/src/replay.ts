import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { EventReader, type Place } from '#events';
import { deliveriesOf } from './delivery-of-event.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DispatchRepository } from './dispatch.repository.js';
import { EndpointRepository } from './endpoint.repository.js';

const AT_ONCE = 500;

interface Wish {
  readonly endpointId: string;
  readonly from: string;
  readonly until: string;
}

/** Delivers what the log has of a time once more, whether the endpoint was active then or not. Being interrupted, and run again, is harmless. */
@Injectable()
export class Replay {
  constructor(
    private readonly database: Database,
    private readonly log: EventReader,
    private readonly cursor: DispatchRepository,
    private readonly deliveries: DeliveryRepository,
    private readonly endpoints: EndpointRepository,
  ) {}

  async run(payload: unknown): Promise<void> {
    const { endpointId, from, until } = payload as Wish;
    const [begin, end] = [new Date(from), new Date(until)];
    const endpoint = await this.endpoints.get(endpointId);
    if (!endpoint) return;
    let after: Place['position'] | undefined;
    for (let more = true; more;) {
      const page = await this.database.transaction(async (tx) => {
        await this.cursor.hold(tx);
        const read = await this.log.page(after, AT_ONCE, tx);
        const wanted = read.events.filter(({ at }) => at >= begin && at < end);
        const heard = new Set(wanted.map(({ position }) => position.id.toString()));
        const subscriber = { id: endpoint.id, types: endpoint.types, heard };
        await this.deliveries.insert(tx, deliveriesOf(read.epoch, wanted, [subscriber]), true);
        return read;
      });
      after = page.end;
      more = page.more;
    }
  }
}
