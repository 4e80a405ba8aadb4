import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Caller } from '#identity';
import { envelopeOf } from './envelope.js';
import type { EventQuery, EventsDto } from './event.dto.js';
import { EventReader, isLost } from './event-reader.js';
import type { LogPage } from './log-reader.repository.js';
import type { StoredEvent } from './stored-event.js';
import { cursorOf, placeOf } from './position.js';
import { earsOf, hears } from './viewer.js';
import { Viewers } from './viewers.js';

/** How much of the log one request looks through. */
const LOOKED_THROUGH = 1_000;

/** Events for those who ask now and then. */
@Injectable()
export class EventList {
  constructor(
    private readonly reader: EventReader,
    private readonly viewers: Viewers,
  ) {}

  /** What the caller may see today. Problem 409 `resync_required` where events behind the cursor are no longer kept. */
  async list(caller: Caller, { after, limit }: EventQuery): Promise<EventsDto> {
    const viewer = await this.viewers.of(caller);
    const ears = new Set(viewer ? earsOf(viewer) : []);
    const place = after === undefined ? undefined : placeOf(after);
    const page = await this.reader.page(place?.position, LOOKED_THROUGH);
    if (place && isLost(place, page)) throw resyncRequired(page);
    const heard = page.events.filter(({ audience }) => hears(ears, audience));
    return answer(page, heard, limit);
  }
}

function answer(page: LogPage, heard: readonly StoredEvent[], limit: number): EventsDto {
  const shown = heard.slice(0, limit);
  const isCut = heard.length > limit;
  return {
    data: shown.map((event) => envelopeOf(page.epoch, event)),
    cursor: cursorOf(page.epoch, isCut ? shown.at(-1)!.position : page.end),
    more: isCut || page.more,
  };
}

function resyncRequired({ epoch, last }: LogPage): Problem {
  return Problem.conflict(
    'resync_required',
    'Events behind this cursor are no longer kept. Read the lists again, and go on from `cursor`.',
    { cursor: cursorOf(epoch, last) },
  );
}
