import type { Attachment } from '#messenger-kit';
import { MAX_PICTURE, MAX_VIDEO, MAX_VIDEO_SECONDS } from './limits.js';

/** As what a file goes: the API's types of messages that are one. */
export type Way = 'picture' | 'video' | 'file';

type Described = Pick<Attachment, 'type' | 'name' | 'mimeType' | 'size' | 'duration'>;

/** No GIF: those that move are refused. */
const PICTURE = { mimeType: /^image\/(jpeg|png)$/i, name: /\.(jpe?g|png)$/i };
const VIDEO = { mimeType: /^video\/mp4$/i, name: /\.mp4$/i };

/**
 * Undefined: not at all. What Viber would not show as what it is goes as a file, audio too: it has no type of its own.
 * Viber also judges by how the address ends, which is how the name does.
 */
export function wayOf({ type, name = '', mimeType = '', size = 0, duration = 0 }: Described): Way | undefined {
  const mime = mimeType.split(';')[0]?.trim() ?? '';
  const is = (shown: typeof PICTURE): boolean => shown.mimeType.test(mime) && shown.name.test(name);
  switch (type) {
    case 'image':
      return is(PICTURE) && size <= MAX_PICTURE ? 'picture' : 'file';
    case 'video':
      return is(VIDEO) && size <= MAX_VIDEO && duration <= MAX_VIDEO_SECONDS ? 'video' : 'file';
    case 'audio':
    case 'file':
      return 'file';
    default:
      return undefined;
  }
}
