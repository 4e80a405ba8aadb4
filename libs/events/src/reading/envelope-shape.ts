import type { EventKind } from '../event-kind.js';
import { always, described, id, nothing, object, orNull, type Shape, text, time, whole } from '../shape.js';

const CURSOR = 'Unique and opaque; also the cursor that stands right behind this event';

/** What everybody outside gets of an event of this type: `envelopeOf` as a schema, and an example. */
export function envelopeShape(type: string, { scope, data }: EventKind): Shape<object> {
  return object({
    id: described(CURSOR, text('WyJrM2Y5YVhRMSIsIjc0MiIsIjEwOCJd')),
    type: always(type),
    at: time,
    chatId: scope === 'house' ? nothing : id,
    seq: described('The message’s number in its chat', seqs[scope]),
    data,
  });
}

const seqs = { house: nothing, chat: orNull(whole(1), null), line: whole(3) };
