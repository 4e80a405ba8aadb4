import { fileTypeFromBuffer } from 'file-type';
import type { AttachmentType } from '#messenger-kit';

/** What browsers show without running anything of it. Never anything of text: HTML, SVG and XML are programs. */
const SHOWN_INLINE = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/aac',
  'audio/ogg',
  'audio/opus',
  'audio/wav',
  'audio/x-wav',
  'audio/flac',
  'audio/x-flac',
  'audio/webm',
  'audio/amr',
  'video/mp4',
  'video/x-m4v',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'application/pdf',
]);
/** What messengers take as a picture. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** What the content is, by its first bytes, whatever anybody says; undefined when they do not tell. */
export async function sniffed(head: Buffer): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  return found?.mime.split(';')[0]?.trim();
}

/** Whether a browser may show it on our origin. */
export function isShownInline(file: { readonly mimeType: string | null; readonly sniffed: boolean }): boolean {
  return file.sniffed && file.mimeType !== null && SHOWN_INLINE.has(file.mimeType);
}

/** What a file is sent as. */
export function attachmentTypeOf(mimeType: string | undefined): AttachmentType {
  if (mimeType === undefined || !SHOWN_INLINE.has(mimeType)) return 'file';
  if (PICTURES.has(mimeType)) return 'image';
  if (mimeType.startsWith('video/')) return 'video';
  return mimeType.startsWith('audio/') ? 'audio' : 'file';
}
