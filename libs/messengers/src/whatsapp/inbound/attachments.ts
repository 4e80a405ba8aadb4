import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, MessageContent } from '#messenger-kit';

export type Reader = (wire: unknown) => MessageContent | undefined;

/**
 * A file, to be fetched by its id; its caption is the text. Where Meta could not take the file it has no id: a placeholder
 * then. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages
 */
export function media(type: AttachmentType): Reader {
  return (wire) => {
    const reference = idOf(at(wire, 'id')) ?? webUrl(at(wire, 'url'));
    const text = textOf(at(wire, 'caption'));
    const name = cleanName(textOf(at(wire, 'filename'))?.replace(/[/\\\p{Cc}]/gu, '_'));
    const mimeType = cleanName(textOf(at(wire, 'mime_type'))?.split(';')[0]);
    const attachment: Attachment = {
      type,
      ...(name !== undefined && { name }),
      ...(mimeType !== undefined && { mimeType }),
      ...(reference !== undefined && { reference }),
      ...(at(wire, 'voice') === true && { form: 'voice' }),
      ...(at(wire, 'animated') === true && { form: 'animation' }),
    };
    return {
      ...(text !== undefined && { text }),
      attachments: [attachment],
      ...(reference === undefined && { unsupported: { kind: type } }),
    };
  };
}

function webUrl(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

export function location(wire: unknown): MessageContent | undefined {
  const latitude = degrees(at(wire, 'latitude'), 90);
  const longitude = degrees(at(wire, 'longitude'), 180);
  if (latitude === undefined || longitude === undefined) return undefined;
  const title = cleanName(textOf(at(wire, 'name')));
  const address = cleanName(textOf(at(wire, 'address')));
  const place = {
    latitude,
    longitude,
    ...(title !== undefined && { title }),
    ...(address !== undefined && { address }),
  };
  return { attachments: [{ type: 'location', location: place }] };
}

/** The wire has numbers or strings. */
function degrees(value: unknown, most: number): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,3}(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= most ? number : undefined;
}

/** One attachment each; any member may be missing. */
export function contacts(wire: unknown): MessageContent | undefined {
  const attachments = arrayOf(wire).flatMap((one): Attachment[] => {
    const name =
      cleanName(textOf(at(one, 'name', 'formatted_name'))) ??
      cleanName(textOf(at(one, 'name', 'first_name')), textOf(at(one, 'name', 'last_name')));
    const [phone] = arrayOf(at(one, 'phones')).flatMap((entry) => {
      return cleanName(textOf(at(entry, 'phone')) ?? textOf(at(entry, 'wa_id'))) ?? [];
    });
    const [email] = arrayOf(at(one, 'emails')).flatMap((entry) => cleanName(textOf(at(entry, 'email'))) ?? []);
    const contact = {
      ...(name !== undefined && { name }),
      ...(phone !== undefined && { phone }),
      ...(email !== undefined && { email }),
    };
    return Object.keys(contact).length > 0 ? [{ type: 'contact', contact }] : [];
  });
  return attachments.length > 0 ? { attachments } : undefined;
}
