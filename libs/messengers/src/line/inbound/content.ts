import { arrayOf, at, cleanName, countOf, idOf, textOf } from '#messenger-kit';
import type { Attachment, MessageContent, UntrustedObject } from '#messenger-kit';

/** `id`: the message's, under which LINE keeps what was sent. */
type Make = (message: UntrustedObject, id: string) => Attachment | undefined;

/** https://developers.line.biz/en/reference/messaging-api/#message-event */
const ATTACHMENTS: ReadonlyMap<unknown, Make> = new Map<unknown, Make>([
  ['image', (message, id) => kept('image', message, id)],
  ['video', (message, id) => kept('video', message, id)],
  ['audio', (message, id) => kept('audio', message, id)],
  ['file', file],
  ['location', location],
  ['sticker', sticker],
]);

export function contentOf(message: UntrustedObject, id: string): MessageContent {
  const type = message['type'];
  const make = ATTACHMENTS.get(type);
  const text = type === 'text' ? textOf(message['text']) : undefined;
  const attachment = make?.(message, id);
  const replyTo = idOf(message['quotedMessageId']);
  const answers = replyTo !== undefined && { replyTo };
  if (text !== undefined) return { text, ...answers };
  if (attachment) return { attachments: [attachment], ...answers };
  const kind = cleanName(textOf(type)) ?? 'message';
  return { attachments: [{ type: 'unsupported' }], ...answers, unsupported: { kind } };
}

/** LINE keeps it under the message's id, unless the app that sent it keeps it itself. */
function kept(type: 'image' | 'video' | 'audio', message: UntrustedObject, id: string): Attachment | undefined {
  const reference = at(message, 'contentProvider', 'type') === 'external' ? addressOf(message) : id;
  const milliseconds = countOf(message['duration']);
  if (reference === undefined) return undefined;
  const duration = milliseconds === undefined ? undefined : Math.round(milliseconds / 1_000);
  return { type, reference, ...(duration !== undefined && { duration }) };
}

function addressOf(message: UntrustedObject): string | undefined {
  const url = textOf(at(message, 'contentProvider', 'originalContentUrl'));
  return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}

function file(message: UntrustedObject, id: string): Attachment {
  const name = cleanName(textOf(message['fileName']));
  const size = countOf(message['fileSize']);
  return { type: 'file', reference: id, ...(name !== undefined && { name }), ...(size !== undefined && { size }) };
}

function location(message: UntrustedObject): Attachment | undefined {
  const latitude = degrees(message['latitude'], 90);
  const longitude = degrees(message['longitude'], 180);
  if (latitude === undefined || longitude === undefined) return undefined;
  const title = cleanName(textOf(message['title']));
  const address = cleanName(textOf(message['address']));
  const names = { ...(title !== undefined && { title }), ...(address !== undefined && { address }) };
  return { type: 'location', location: { latitude, longitude, ...names } };
}

function degrees(value: unknown, limit: number): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= limit ? value : undefined;
}

const WORDS = 3;

/** What was written on it, or the words it stands for. */
function sticker(message: UntrustedObject): Attachment | undefined {
  const id = idOf(message['stickerId']);
  if (id === undefined || !/^\d{1,20}$/.test(id)) return undefined;
  const words = arrayOf(message['keywords']).flatMap((word) => textOf(word) ?? []);
  const title = cleanName(textOf(message['text']) ?? words.slice(0, WORDS).join(', '));
  return { type: 'sticker', mimeType: 'image/png', reference: `sticker:${id}`, ...(title !== undefined && { title }) };
}
