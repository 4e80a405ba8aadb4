import { at, cleanName, countOf, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, MessageContent } from '#messenger-kit';
import { webUrl } from '../web-url.js';

/** Undefined: it makes no sense. */
export type Reader = (wire: unknown) => MessageContent | undefined;

/** A file behind a link that works for a while; its caption is the text. Without a link it is a placeholder. */
export function media(type: AttachmentType): Reader {
  return (wire) => {
    const text = textOf(at(wire, 'text'));
    const attachment = fileOf(type, wire);
    return {
      ...(text !== undefined && { text }),
      attachments: [attachment],
      ...(attachment.reference === undefined && { unsupported: { kind: textOf(at(wire, 'type')) ?? type } }),
    };
  };
}

/** Often a number of Viber's collection and nothing to show. */
export const sticker: Reader = media('sticker');

function fileOf(type: AttachmentType, wire: unknown): Attachment {
  const name = cleanName(textOf(at(wire, 'file_name'))?.replace(/[/\\\p{Cc}]/gu, '_'));
  const [size, duration] = [countOf(at(wire, 'size')), countOf(at(wire, 'duration'))];
  const reference = webUrl(at(wire, 'media'));
  return {
    type,
    ...(name !== undefined && { name }),
    ...(size !== undefined && { size }),
    ...(duration !== undefined && { duration }),
    ...(reference !== undefined && { reference }),
  };
}

/** Also the answer to a key that asks for the phone. */
export function contact(wire: unknown): MessageContent | undefined {
  const name = cleanName(textOf(at(wire, 'contact', 'name')));
  const phone = cleanName(textOf(at(wire, 'contact', 'phone_number')));
  if (name === undefined && phone === undefined) return undefined;
  const shared = { ...(name !== undefined && { name }), ...(phone !== undefined && { phone }) };
  return { attachments: [{ type: 'contact', contact: shared }] };
}

export function location(wire: unknown): MessageContent | undefined {
  const latitude = degrees(at(wire, 'location', 'lat'), 90);
  const longitude = degrees(at(wire, 'location', 'lon'), 180);
  if (latitude === undefined || longitude === undefined) return undefined;
  const address = cleanName(textOf(at(wire, 'location', 'address')));
  const place = { latitude, longitude, ...(address !== undefined && { address }) };
  return { attachments: [{ type: 'location', location: place }] };
}

/** The wire has numbers or strings. */
function degrees(value: unknown, most: number): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,3}(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= most ? number : undefined;
}

/** A page. What cannot be opened is shown as it is written. */
export function link(wire: unknown): MessageContent | undefined {
  const text = textOf(at(wire, 'text'));
  const url = webUrl(at(wire, 'media'));
  if (url !== undefined) return { ...(text !== undefined && { text }), attachments: [{ type: 'link', url }] };
  const written = textOf(at(wire, 'media'));
  return written === undefined ? undefined : { text: [text, written].filter(Boolean).join('\n') };
}
