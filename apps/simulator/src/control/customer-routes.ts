import type { Fields } from '../http/fields.js';
import type { Simulation } from '../simulation.js';
import * as read from './read-body.js';

export type Route = (simulation: Simulation, fields: Fields) => unknown;

/** What a customer does. All take `messenger`, `account` and `person`. */
export const CUSTOMER_ROUTES: Readonly<Record<string, Route>> = {
  'POST /acquaintances': (sim, body) => sim.acquaint({ ...read.speakingOf(body), at: body.number('at') }),
  'POST /messages': (sim, body) => sim.customerWrites(read.writingOf(body)),
  'POST /presses': (sim, body) => sim.customerPresses(read.pressingOf(body)),
  'POST /files': (sim, body) =>
    sim.customerSendsFile({
      ...said(body),
      ...read.newFileOf(body),
      caption: body.text('caption'),
      duration: body.number('duration'),
    }),
  'POST /albums': (sim, body) => {
    const files = read.newFilesOf(body);
    return { data: sim.customerSendsAlbum({ ...read.speakingOf(body), files, caption: body.text('caption') }) };
  },
  'POST /locations': (sim, body) => {
    const [latitude, longitude] = [read.neededNumber(body, 'latitude'), read.neededNumber(body, 'longitude')];
    const [title, address] = [body.text('title'), body.text('address')];
    return sim.customerSendsLocation({ ...said(body), latitude, longitude, title, address });
  },
  'POST /contacts': (sim, body) => {
    const [name, phone] = [read.needed(body, 'name'), read.needed(body, 'phone')];
    return sim.customerSendsContact({ ...said(body), name, phone, own: body.flag('own') });
  },
  'POST /contents': (sim, body) =>
    sim.customerSends({ ...said(body), content: read.neededObject(body, 'content'), text: body.text('text') }),
  'POST /edits': (sim, body) => {
    const [messageId, at] = [body.text('messageId'), body.number('at')];
    return sim.customerEdits({ ...read.speakingOf(body), messageId, text: read.needed(body, 'text'), at });
  },
  'POST /deletions': (sim, body) =>
    sim.customerDeletes({ ...read.speakingOf(body), messageId: body.text('messageId') }),
  'POST /reactions': (sim, body) => {
    const emojis = read.stringsOf(body, 'emojis') ?? [];
    return sim.customerReacts({ ...read.speakingOf(body), messageId: body.text('messageId'), emojis });
  },
  'POST /starts': (sim, body) => sim.customerStarts({ ...read.speakingOf(body), ref: body.text('ref') }),
  'POST /blocks': (sim, body) => sim.customerBlocks(read.speakingOf(body)),
  'POST /unblocks': (sim, body) => sim.customerUnblocks(read.speakingOf(body)),
  'POST /reads': (sim, body) => sim.customerReads({ ...read.speakingOf(body), at: body.number('at') }),
};

function said(body: Fields) {
  return { ...read.speakingOf(body), replyTo: body.text('replyTo'), at: body.number('at') };
}
