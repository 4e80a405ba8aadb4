import type { Audience } from '../event-map.js';
import { envelopeOf } from '../reading/envelope.js';
import type { StoredEvent } from '../reading/stored-event.js';
import { cursorOf, type Position } from '../reading/position.js';

/** An event on its way to the streams of this node: written once for all of them, and not at all where nobody hears it. */
export class News {
  private written: string | undefined;

  constructor(
    private readonly epoch: string,
    private readonly event: StoredEvent,
  ) {}

  get position(): Position {
    return this.event.position;
  }

  get audience(): Audience {
    return this.event.audience;
  }

  get text(): string {
    return (this.written ??= this.write());
  }

  private write(): string {
    const envelope = envelopeOf(this.epoch, this.event);
    return `id: ${envelope.id}\nevent: ${this.event.type}\ndata: ${JSON.stringify(envelope)}\n\n`;
  }
}

/** An event without an id: who resumes does not get it again. JSON has no line breaks of its own. */
export function momentText(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Where the reader stands, without an event: who resumes from here has nothing to catch up with. */
export function placeText(epoch: string, position: Position): string {
  return `id: ${cursorOf(epoch, position)}\n\n`;
}

/** The stream begins here: what happened before is in the lists that are read from now on. */
export function readyText(epoch: string, position: Position): string {
  return stateText('stream.ready', epoch, position);
}

/** Events may be missing here: read the lists again. What follows goes on behind this place. */
export function resyncText(epoch: string, position: Position): string {
  return stateText('resync_required', epoch, position);
}

function stateText(type: string, epoch: string, position: Position): string {
  const cursor = cursorOf(epoch, position);
  return `id: ${cursor}\n${momentText(type, { type, cursor })}`;
}
