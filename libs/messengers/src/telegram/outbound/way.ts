import type { Attachment } from '#messenger-kit';

/** How a file is sent: the Bot API has a method, and players and viewers have a place, for each. */
export type Way = 'photo' | 'video' | 'animation' | 'audio' | 'voice' | 'document';

export const MAX_PHOTO_BYTES = 10 * 1024 * 1024;

const PHOTOS = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/webp']);
const VIDEOS = new Set(['video/mp4', 'video/x-m4v']);
const MUSIC = new Set(['audio/mpeg', 'audio/mp3', 'audio/mp4', 'audio/m4a', 'audio/x-m4a', 'audio/aac']);
const VOICES = new Set(['audio/ogg', 'audio/opus', ...MUSIC]);

type Described = Pick<Attachment, 'type' | 'mimeType' | 'size' | 'form'>;

/**
 * What Telegram does not play or show itself goes as a document, photos over 10 MB too; undefined where it is no file.
 * https://core.telegram.org/bots/api#sending-files
 */
export function wayOf({ type, mimeType, size = 0, form }: Described): Way | undefined {
  const mime = mimeType?.split(';')[0]?.trim().toLowerCase();
  const isOf = (types: ReadonlySet<string>): boolean => mime === undefined || types.has(mime);
  switch (type) {
    case 'image':
      if (mime === 'image/gif') return 'animation';
      return isOf(PHOTOS) && size <= MAX_PHOTO_BYTES ? 'photo' : 'document';
    case 'video':
      if (!isOf(VIDEOS)) return 'document';
      return form === 'animation' ? 'animation' : 'video';
    case 'audio':
      if (form === 'voice' ? isOf(VOICES) : mime !== undefined && isOf(VOICES) && !MUSIC.has(mime)) return 'voice';
      return isOf(MUSIC) ? 'audio' : 'document';
    case 'file':
      return 'document';
    default:
      return undefined;
  }
}

const FAMILIES: Readonly<Record<Way, string | undefined>> = {
  photo: 'pictures',
  video: 'pictures',
  document: 'documents',
  audio: 'music',
  animation: undefined,
  voice: undefined,
};

/** Which ways may stand in one album; undefined = none with it. */
export function familyOf(way: Way | undefined): string | undefined {
  return way && FAMILIES[way];
}
