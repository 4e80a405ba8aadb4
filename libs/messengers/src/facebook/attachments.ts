import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, Location } from '#messenger-kit';
import { fileNameIn, isContentUrl, pageUrl, webUrl } from '../meta/messaging/links.js';
import type { Shown } from '../meta/messaging/shown.js';
import { shownTemplate } from '../meta/messaging/template.js';

interface Wire {
  readonly whole: unknown;
  readonly kind: string;
  readonly url: string | undefined;
  readonly title: string | undefined;
}

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
const KINDS: ReadonlyMap<string, (wire: Wire) => Shown | undefined> = new Map([
  ['image', media('image')],
  ['sticker', media('sticker')],
  ['video', media('video')],
  ['audio', media('audio')],
  ['file', media('file')],
  ['location', location],
  ['fallback', link],
  ['template', ({ whole }) => shownTemplate(whole)],
  ['reel', share],
  ['ig_reel', share],
  ['post', share],
  ['ig_post', share],
  ['story_mention', share],
  ['share', share],
]);

/** The thumbs-up in its three sizes. */
const THUMBS_UP = new Set(['369239263222822', '369239343222814', '369239383222810']);

/** What of a message's attachments is to be seen beside its text, in their order. */
export function shownAttachments(message: unknown, text: string | undefined): Shown[] {
  const stickers = new Set<string>();
  return arrayOf(at(message, 'attachments')).flatMap((wire) => {
    // From June to August 2026 a sticker came twice: as itself and as an image.
    const sticker = idOf(at(wire, 'payload', 'sticker_id'));
    if (sticker !== undefined && stickers.has(sticker)) return [];
    if (sticker !== undefined) stickers.add(sticker);
    const shown = shownOf(wire, sticker);
    return saysNoMore(shown, text) ? [] : [shown];
  });
}

function shownOf(whole: unknown, sticker: string | undefined): Shown {
  const kind = sticker === undefined ? (textOf(at(whole, 'type')) ?? '') : 'sticker';
  const payload = at(whole, 'payload');
  const url = [at(payload, 'url'), payload, at(whole, 'url')].map(webUrl).find((found) => found !== undefined);
  const title = cleanName(textOf(at(payload, 'title')) ?? textOf(at(whole, 'title')));
  const wire = { whole, kind, url, title };
  const convert = KINDS.get(kind) ?? share;
  return convert(wire) ?? { attachment: placeholder(wire), hidden: cleanName(kind) ?? 'attachment' };
}

/** Kinds that say what is missing, although there is nothing to show. */
const PLACEHOLDERS: readonly AttachmentType[] = ['image', 'video', 'audio', 'file', 'sticker', 'template'];

function placeholder({ kind, title }: Wire): Attachment {
  const type = PLACEHOLDERS.find((known) => known === kind) ?? 'unsupported';
  return { type, ...(title !== undefined && { title }) };
}

/** The preview of a link the text holds anyway, and nothing else. */
function saysNoMore({ attachment: { type, title, url }, hidden }: Shown, text: string | undefined): boolean {
  const isPreview = type === 'link' || hidden === 'fallback';
  return isPreview && text !== undefined && title === undefined && (url === undefined || text.includes(url));
}

function media(type: AttachmentType): (wire: Wire) => Shown | undefined {
  return ({ whole, url: reference, title }) => {
    if (reference === undefined) return undefined;
    const name = fileNameIn(reference);
    const named = type === 'file' ? (title ?? name) : undefined;
    const isVoice = type === 'audio' && name?.startsWith('audioclip-') === true;
    const isThumb = THUMBS_UP.has(idOf(at(whole, 'payload', 'sticker_id')) ?? '');
    return {
      attachment: {
        type,
        ...(named !== undefined && { name: named }),
        reference,
        ...(isThumb && { title: '👍' }),
        ...(isVoice && { form: 'voice' }),
      },
    };
  };
}

function location({ whole, title }: Wire): Shown | undefined {
  const coordinates = at(whole, 'payload', 'coordinates');
  const latitude = degrees(at(coordinates, 'lat'), 90);
  const longitude = degrees(at(coordinates, 'long'), 180);
  if (latitude === undefined || longitude === undefined) return undefined;
  const place: Location = { latitude, longitude, ...(title !== undefined && { title }) };
  return { attachment: { type: 'location', location: place } };
}

function degrees(value: unknown, most: number): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= most ? number : undefined;
}

function link({ url, title }: Wire): Shown | undefined {
  const page = pageUrl(url);
  if (page === undefined && title === undefined) return undefined;
  return {
    attachment: { type: 'link', ...(title !== undefined && { title }), ...(page !== undefined && { url: page }) },
  };
}

/** A shared post, reel or story; also whatever is new and has an address. Some lead to a page, some to the content itself. */
function share({ url, title }: Wire): Shown | undefined {
  if (url === undefined) return undefined;
  const where = isContentUrl(url) ? { reference: url } : { url: pageUrl(url) ?? url };
  return { attachment: { type: 'share', ...(title !== undefined && { title }), ...where } };
}
