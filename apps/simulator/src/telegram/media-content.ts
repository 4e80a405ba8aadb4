import type { FileKind, Files, NewFile, StoredFile } from '../files.js';
import { imageSize } from './image-size.js';

/** A picture of 1×1: what the smallest size of every photo shows. */
const THUMBNAIL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** The content members of a Telegram message that shows this file; `twins` as the real one makes them. */
export function mediaContent(files: Files, file: StoredFile, duration = 3): Record<string, unknown> {
  const reference = referenceOf(file);
  const named = { file_name: file.name, mime_type: file.type, ...reference };
  const screen = { duration, width: 640, height: 480 };
  const content: Readonly<Record<FileKind, () => Record<string, unknown>>> = {
    image: () => ({ photo: photoSizes(files, file) }),
    video: () => ({ video: { ...screen, ...named } }),
    animation: () => ({ animation: { ...screen, ...named }, document: named }),
    round: () => ({ video_note: { duration, length: 240, ...reference } }),
    audio: () => ({ audio: { duration, ...named } }),
    voice: () => ({ voice: { duration, mime_type: file.type, ...reference } }),
    sticker: () => ({ sticker: stickerOf(file) }),
    file: () => ({ document: named }),
  };
  return content[file.kind]();
}

/** Smallest first; each size is a file of its own. */
export function photoSizes(files: Files, file: StoredFile): Record<string, unknown>[] {
  const small: NewFile = { kind: 'image', name: 'thumbnail.png', type: 'image/png', bytes: THUMBNAIL };
  const { width, height } = imageSize(file.bytes) ?? { width: 640, height: 480 };
  return [
    { ...referenceOf(files.add(file.account, small)), width: 1, height: 1 },
    { ...referenceOf(file), width, height },
  ];
}

function stickerOf(file: StoredFile): Record<string, unknown> {
  const look = { width: 512, height: 512, emoji: '🔥', set_name: 'FoxyLamps', type: 'regular' };
  const video = file.type === 'video/webm';
  return { ...look, is_animated: false, is_video: video, ...referenceOf(file) };
}

export function referenceOf(file: StoredFile): { file_id: string; file_unique_id: string; file_size: number } {
  return { file_id: file.id, file_unique_id: file.id.slice(0, 14), file_size: file.size };
}
