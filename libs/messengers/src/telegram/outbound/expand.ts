import { splitText, type Attachment, type MessageContent } from '#messenger-kit';
import { MAX_CAPTION, MAX_TEXT, MAX_UPLOAD_BYTES } from './limits.js';
import { familyOf, wayOf } from './way.js';

const ALBUM_SIZE = 10;

/**
 * Files that follow each other and may stand in one album are one part, every other file is one of its own. A text that
 * fits is the caption of the first; else it follows in parts of its own. The answer is in the first part, choices are on
 * the last, and as an album has none, the text then comes last.
 */
export function expand(content: MessageContent): MessageContent[] {
  const albums = albumsOf(content.attachments ?? []);
  const text = albums.length > 0 && isBlank(content.text) ? undefined : content.text;
  const isCaption = text !== undefined && text.length <= MAX_CAPTION && mayHaveCaption(albums, content);
  const files = albums.map((attachments, index) => ({ ...(isCaption && index === 0 && { text }), attachments }));
  const texts = text === undefined || isCaption ? [] : splitText(text, MAX_TEXT).map((part) => ({ text: part }));
  const parts: MessageContent[] = [...files, ...texts];
  if (parts.length <= 1) return [content];
  const { replyTo, choices } = content;
  return parts.map((part, index) => ({
    ...part,
    ...(index === 0 && replyTo !== undefined && { replyTo }),
    ...(index === parts.length - 1 && choices && { choices }),
  }));
}

function mayHaveCaption(albums: readonly (readonly Attachment[])[], { choices = [] }: MessageContent): boolean {
  const isOneFile = albums.length === 1 && albums[0]?.length === 1;
  return albums.length > 0 && (choices.length === 0 || isOneFile);
}

function albumsOf(attachments: readonly Attachment[]): Attachment[][] {
  const albums: Attachment[][] = [];
  for (const attachment of attachments) {
    const album = albums.at(-1);
    if (album && fits(attachment, album)) album.push(attachment);
    else albums.push([attachment]);
  }
  return albums;
}

function fits(attachment: Attachment, album: readonly Attachment[]): boolean {
  const family = familyOf(wayOf(attachment));
  const first = album[0];
  if (!first || family === undefined || family !== familyOf(wayOf(first))) return false;
  const bytes = [...album, attachment].reduce((sum, { size = 0 }) => sum + size, 0);
  return album.length < ALBUM_SIZE && bytes <= MAX_UPLOAD_BYTES;
}

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}
