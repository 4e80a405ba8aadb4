import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, Problem, type Page } from '#api-kit';
import { Database, isId, newId } from '#database';
import { audit } from '#identity';
import { Jobs } from '#jobs';
import type { DeliveryDto, DeliveryQuery, ReplayDto } from './delivery.dto.js';
import { DeliveryRepository } from './delivery.repository.js';
import { Endpoints, invalidCursor } from './endpoints.js';
import { Replay } from './replay.js';
import { TEST, type TestData } from './test-event.js';
import { WebhooksOptions } from './webhooks-options.js';

const REPLAY_JOB = 'webhooks.replay';

/** The log of deliveries, and what can be asked of it. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryRepository,
    private readonly endpoints: Endpoints,
    private readonly jobs: Jobs,
    replay: Replay,
    options: WebhooksOptions,
  ) {
    jobs.define(REPLAY_JOB, (payload) => replay.run(payload));
    jobs.schedule('webhooks.log', '41 * * * *', () => deliveries.forget(options.logDays));
  }

  async list(endpointId: string, { cursor, limit, state }: DeliveryQuery): Promise<Page<DeliveryDto>> {
    await this.endpoints.get(endpointId);
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 1)[0];
    if (before !== undefined && !isId(before)) throw invalidCursor();
    const found = await this.deliveries.list(endpointId, before, limit + 1, state);
    return pageOf(found, limit, ({ id }) => encodeCursor([id]));
  }

  /** An event that tells of nothing, delivered like any other. */
  async test(endpointId: string): Promise<DeliveryDto> {
    await this.endpoints.get(endpointId);
    const id = newId();
    const eventId = `test_${id}`;
    const data: TestData = { endpointId };
    const event = { id: eventId, type: TEST, at: new Date(), chatId: null, seq: null, data };
    const delivery = { id, endpointId, eventNumber: null, eventId, type: event.type, body: JSON.stringify(event) };
    return this.database.transaction(async (tx) => {
      await this.deliveries.insert(tx, [delivery]);
      return (await this.deliveries.get(tx, endpointId, id))!;
    });
  }

  /** Once more, with the same id and the same bytes; harmless while it is waiting anyway. */
  async replay(endpointId: string, id: string): Promise<DeliveryDto> {
    return this.database.transaction(async (tx) => {
      await this.deliveries.again(tx, endpointId, id);
      const delivery = await this.deliveries.get(tx, endpointId, id);
      if (!delivery) throw Problem.notFound('delivery');
      const after = { deliveryId: id };
      await audit(tx, { action: 'webhook_endpoint.delivery_replayed', subjectId: endpointId, after });
      return delivery;
    });
  }

  /** All events of a time the endpoint is subscribed to, delivered before or not, as far as the log still has them. */
  async replayRange(endpointId: string, { from, until }: ReplayDto): Promise<void> {
    await this.endpoints.get(endpointId);
    await this.database.transaction(async (tx) => {
      await this.jobs.enqueue(tx, REPLAY_JOB, [{ endpointId, from, until }]);
      await audit(tx, { action: 'webhook_endpoint.replayed', subjectId: endpointId, after: { from, until } });
    });
  }
}
