import { at, cleanName, textOf } from '#messenger-kit';
import type { MessageContent } from '#messenger-kit';
import { pressedChoice } from '../tracking.js';
import { contact, link, location, media, sticker, type Reader } from './attachments.js';

/** https://developers.viber.com/docs/api/rest-bot-api/#message-types */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', text],
  ['picture', media('image')],
  ['video', media('video')],
  ['file', media('file')],
  ['sticker', sticker],
  ['contact', contact],
  ['location', location],
  ['url', link],
]);

/** What is unknown, or makes no sense, keeps the text that came with it. */
export function contentOf(wire: unknown): MessageContent {
  const type = textOf(at(wire, 'type')) ?? '';
  const said = READERS.get(type)?.(wire);
  if (said) return said;
  const along = textOf(at(wire, 'text'));
  return { ...(along !== undefined && { text: along }), unsupported: { kind: cleanName(type) ?? 'message' } };
}

/** A pressed key arrives as its text; what was sent along with the keys tells that it was one. */
function text(wire: unknown): MessageContent | undefined {
  const said = textOf(at(wire, 'text'));
  if (said === undefined) return undefined;
  const choice = pressedChoice(said, at(wire, 'tracking_data'));
  return choice ? { text: choice.title, choice } : { text: said };
}
