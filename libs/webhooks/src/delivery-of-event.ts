import { newId } from '#database';
import { envelopeOf, type StoredEvent } from '#events';
import type { NewDelivery } from './delivery.repository.js';
import type { Subscriber } from './endpoint.repository.js';

/** Each event for each endpoint that is subscribed to it and was active when it happened. */
export function deliveriesOf(
  epoch: string,
  events: readonly StoredEvent[],
  subscribers: readonly Subscriber[],
): NewDelivery[] {
  return events.flatMap((event) => {
    const eventNumber = event.position.id.toString();
    const listening = subscribers.filter(
      ({ types, heard }) => heard.has(eventNumber) && (types.length === 0 || types.includes(event.type)),
    );
    if (listening.length === 0) return [];
    const envelope = envelopeOf(epoch, event);
    const body = JSON.stringify(envelope);
    const shared = { eventNumber, eventId: envelope.id, type: event.type, body };
    return listening.map(({ id }) => ({ id: newId(), endpointId: id, ...shared }));
  });
}
