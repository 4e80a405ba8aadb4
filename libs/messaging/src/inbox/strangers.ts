import type { InboundEvent } from '#messenger-kit';

interface OfSomebody {
  readonly parcel: { readonly event: InboundEvent };
}

/**
 * Messages that wait until a chat is opened for those who wrote them, in the order they came. Whoever has one here is a
 * stranger until somebody says `know`: their next messages have to wait, or they would come first.
 */
export class Strangers<Waiting extends OfSomebody> {
  private readonly queue: Waiting[] = [];
  /** How many messages of a person are here, or were taken out and are not known to be stored. */
  private readonly people = new Map<string, number>();

  get waiting(): number {
    return this.queue.length;
  }

  add(messages: readonly Waiting[]): void {
    for (const message of messages) {
      const name = nameOf(message.parcel.event);
      this.people.set(name, (this.people.get(name) ?? 0) + 1);
      this.queue.push(message);
    }
  }

  has(event: InboundEvent): boolean {
    return this.people.size > 0 && event.kind === 'message' && this.people.has(nameOf(event));
  }

  take(limit: number): readonly Waiting[] {
    return this.queue.splice(0, limit);
  }

  /** What became of these messages is known. */
  know(messages: readonly Waiting[]): void {
    for (const { parcel } of messages) {
      const name = nameOf(parcel.event);
      const left = (this.people.get(name) ?? 0) - 1;
      if (left > 0) this.people.set(name, left);
      else this.people.delete(name);
    }
  }
}

/** Two people of one name would only wait for each other. */
function nameOf(event: InboundEvent): string {
  return event.kind === 'message' ? `${event.source} ${event.sender.externalId}` : '';
}
