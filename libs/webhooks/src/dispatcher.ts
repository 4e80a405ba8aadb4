import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { EventReader, isLost } from '#events';
import { deliveriesOf } from './delivery-of-event.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DispatchRepository } from './dispatch.repository.js';
import { EndpointRepository } from './endpoint.repository.js';

/**
 * Turns the log into deliveries: each event once for each endpoint that is subscribed to it and was active when it happened,
 * on whichever node looks first.
 */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly database: Database,
    private readonly log: EventReader,
    private readonly cursor: DispatchRepository,
    private readonly endpoints: EndpointRepository,
    private readonly deliveries: DeliveryRepository,
  ) {}

  /** One page of the log. Answers whether there is more. */
  async dispatch(): Promise<boolean> {
    if (!(await this.endpoints.haveBeenActive())) return false;
    const place = await this.cursor.cursor();
    const next = await this.log.page(place.position);
    // In a log that begins anew, events that were delivered before are known by their number.
    const page = isLost(place, next) ? await this.log.page(undefined) : next;
    const end = { epoch: page.epoch, position: page.end };
    if (page.events.length === 0 && place.epoch === page.epoch) return false;
    // Asked after the log was read: whoever was told of an endpoint before something happened finds it here.
    const subscribers = await this.endpoints.subscribers(page.events.map(({ position }) => position));
    const found = deliveriesOf(page.epoch, page.events, subscribers);
    await this.database.transaction(async (tx) => {
      if (await this.cursor.move(tx, place, end)) await this.deliveries.insert(tx, found);
    });
    return page.events.length > 0;
  }
}
