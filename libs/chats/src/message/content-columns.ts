import type { MessageContent } from '#messenger-kit';

/** A content as the columns `text` and `content` hold it. */
export function columnsOf({ text, ...rest }: MessageContent): { text: string | null; content: string | null } {
  return { text: text ?? null, content: Object.keys(rest).length > 0 ? JSON.stringify(rest) : null };
}
