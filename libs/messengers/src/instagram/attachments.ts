import { arrayOf, at, cleanName, has, textOf } from '#messenger-kit';
import type { AttachmentType } from '#messenger-kit';
import { fileNameIn, isContentUrl, pageUrl, webUrl } from '../meta/messaging/links.js';
import type { Shown } from '../meta/messaging/shown.js';
import { shownTemplate } from '../meta/messaging/template.js';

interface Wire {
  readonly whole: unknown;
  readonly url: string | undefined;
  readonly title: string | undefined;
}

const HEART = '❤️';

/** https://developers.facebook.com/docs/messenger-platform/instagram/features/webhook */
const KINDS: ReadonlyMap<string, (wire: Wire) => Shown | undefined> = new Map([
  ['image', media('image')],
  ['animated_media', media('image')],
  ['sticker', media('sticker')],
  ['video', media('video')],
  ['audio', media('audio')],
  ['file', media('file')],
  ['story_mention', story],
  ['ig_story', story],
  ['like_heart', () => ({ attachment: { type: 'sticker', title: HEART }, text: HEART })],
  ['template', ({ whole }) => shownTemplate(whole)],
  // To be seen once, and not by programs.
  ['ephemeral', () => undefined],
  ['unsupported_type', () => undefined],
]);

/** Kinds that say what is missing, although there is nothing to show. */
const PLACEHOLDERS: readonly AttachmentType[] = ['image', 'video', 'audio', 'file', 'sticker', 'template'];

/** What of a message is to be seen beside its text: what is attached, and the story it answers. */
export function shownParts(message: unknown): Shown[] {
  const answered = at(message, 'reply_to', 'story');
  const attached = arrayOf(at(message, 'attachments')).map(shownOf);
  return answered === undefined ? attached : [...attached, story(wireOf(answered))];
}

function shownOf(whole: unknown): Shown {
  const kind = textOf(at(whole, 'type')) ?? '';
  const wire = wireOf(whole);
  const shown = (KINDS.get(kind) ?? share)(wire);
  if (shown) return shown;
  const type = PLACEHOLDERS.find((known) => known === kind) ?? 'unsupported';
  const { title } = wire;
  return { attachment: { type, ...(title !== undefined && { title }) }, hidden: cleanName(kind) ?? 'attachment' };
}

/** `payload` may be missing; a story a message answers is its own payload. */
function wireOf(whole: unknown): Wire {
  const payload = has(whole, 'payload') ? at(whole, 'payload') : whole;
  return { whole, url: webUrl(at(payload, 'url')), title: cleanName(textOf(at(payload, 'title'))) };
}

function media(type: AttachmentType): (wire: Wire) => Shown | undefined {
  return ({ url: reference }) => {
    if (reference === undefined) return undefined;
    const name = type === 'file' ? fileNameIn(reference) : undefined;
    return { attachment: { type, ...(name !== undefined && { name }), reference } };
  };
}

/** By its address alone: a story must not be kept for longer than it lives, and with it the address ends. */
function story({ url }: Wire): Shown {
  return { attachment: { type: 'share', title: 'Story', ...(url !== undefined && { url }) } };
}

/** A post or reel; also whatever is new and has an address. Some lead to a page, some to the content itself. */
function share({ url, title }: Wire): Shown | undefined {
  if (url === undefined) return undefined;
  const where = isContentUrl(url) ? { reference: url } : { url: pageUrl(url) ?? url };
  return { attachment: { type: 'share', ...(title !== undefined && { title }), ...where } };
}
