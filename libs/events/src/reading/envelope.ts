import type { EventDto } from './event.dto.js';
import type { StoredEvent } from './stored-event.js';
import { cursorOf } from './position.js';

/** An event as everybody outside gets it: never with its audience. */
export function envelopeOf(epoch: string, { position, type, at, chatId, seq, data }: StoredEvent): EventDto {
  return { id: cursorOf(epoch, position), type, at, chatId, seq, data };
}
