import type { Attachment } from '../unified-message.js';

export const FILE_TYPES = ['image', 'video', 'audio', 'file'] as const;
const MIME = { image: 'image/jpeg', video: 'video/mp4', audio: 'audio/mp4', file: 'application/pdf' };

/** A file of a kind that every network takes which takes such files at all. */
export function fileOf(type: (typeof FILE_TYPES)[number], name = 'a'): Attachment {
  return { type, name, mimeType: MIME[type], size: 1_000 };
}
