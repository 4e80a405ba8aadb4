import { splitTextByBytes } from '#messenger-kit';
import type { Attachment, MessageContent, Refusal } from '#messenger-kit';
import { CHOICES_WITHOUT_TEXT, refusalOfChoices, refused } from '../meta/messaging/choices.js';
import { partsOf } from '../meta/messaging/parts.js';

/** Bytes of UTF-8, so that it is no more UTF-16 units either. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api */
export const MAX_TEXT = 1000;
const MAX_IMAGES = 10;
const MB = 1_000_000;

interface Format {
  readonly maxBytes: number;
  readonly mimeTypes: readonly string[];
  /** "Instagram takes …" */
  readonly taken: string;
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  [
    'image',
    { maxBytes: 8 * MB, mimeTypes: ['image/png', 'image/jpeg', 'image/gif'], taken: 'images as PNG, JPEG or GIF' },
  ],
  [
    'audio',
    {
      maxBytes: 25 * MB,
      mimeTypes: [
        'audio/aac',
        'audio/x-aac',
        'audio/mp4',
        'audio/m4a',
        'audio/x-m4a',
        'audio/wav',
        'audio/x-wav',
        'audio/wave',
        'audio/vnd.wave',
      ],
      taken: 'audio as AAC, M4A, WAV or MP4',
    },
  ],
  [
    'video',
    {
      maxBytes: 25 * MB,
      mimeTypes: [
        'video/mp4',
        'video/ogg',
        'video/avi',
        'video/msvideo',
        'video/x-msvideo',
        'video/vnd.avi',
        'video/quicktime',
        'video/webm',
      ],
      taken: 'videos as MP4, OGG, AVI, MOV or WebM',
    },
  ],
  ['file', { maxBytes: 25 * MB, mimeTypes: ['application/pdf'], taken: 'no other files than PDF' }],
]);

/** One call carries a text, or a file, or up to ten images that follow each other. */
export function expand(content: MessageContent): MessageContent[] {
  return partsOf(content, { texts: (text) => splitTextByBytes(text, MAX_TEXT), files: grouped });
}

function grouped(attachments: readonly Attachment[]): Attachment[][] {
  const groups: Attachment[][] = [];
  for (const attachment of attachments) {
    const last = groups.at(-1);
    const joins = attachment.type === 'image' && last?.[0]?.type === 'image' && last.length < MAX_IMAGES;
    if (joins) last.push(attachment);
    else groups.push([attachment]);
  }
  return groups;
}

/** Why Instagram would not take this as one message. */
export function refusal(content: MessageContent): Refusal | undefined {
  const { text = '', attachments = [], choices = [] } = content;
  if (attachments.length === 0 && text.trim() === '') {
    return choices.length > 0 ? CHOICES_WITHOUT_TEXT : refused('empty', 'The message is empty.');
  }
  if (Buffer.byteLength(text) > MAX_TEXT) {
    const sentence = `Instagram takes texts of up to ${MAX_TEXT} bytes: as many Latin letters, or half as many Cyrillic ones.`;
    return refused('text_too_long', sentence);
  }
  if (attachments.length === 0) return refusalOfChoices('Instagram', text, choices);
  const isTogether = attachments.every(({ type }) => type === 'image') && attachments.length <= MAX_IMAGES;
  if (text.trim() !== '' || (attachments.length > 1 && !isTogether)) {
    return refused('too_much_at_once', 'Instagram takes either a text, one file or ten images at a time.');
  }
  if (choices.length > 0) return CHOICES_WITHOUT_TEXT;
  return attachments.map(refusalOfFile).find((found) => found !== undefined);
}

function refusalOfFile({ type, size, mimeType }: Attachment): Refusal | undefined {
  const format = FORMATS.get(type);
  if (!format) return refused('attachment_not_supported', 'Instagram takes images, videos, audio and PDF files.');
  const { maxBytes, mimeTypes, taken } = format;
  const kind = mimeType?.split(';')[0]?.trim().toLowerCase();
  if (kind !== undefined && !mimeTypes.includes(kind)) {
    return refused('format_not_supported', `Instagram takes ${taken}.`);
  }
  if (size === 0) return refused('file_empty', 'The file is empty.');
  if ((size ?? 0) > maxBytes) {
    return refused('file_too_large', `Instagram takes files of this kind of up to ${maxBytes / MB} MB.`);
  }
  return undefined;
}
