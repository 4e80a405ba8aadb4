import type { MessageContent } from '#messenger-kit';

const LENGTH = 120;
const NOT_ON_ONE_LINE = /[^\S ]|^ | $| {2}/;

/** The one line that stands for a message in lists: its text cut short, or the kind of what came. Never empty. */
export function previewOf(content: MessageContent): string {
  const text = (content.text && onOneLine(content.text)) || content.choice?.title;
  if (text) return text.length > LENGTH ? cut(text) : text;
  return `[${content.attachments?.[0]?.type ?? content.unsupported?.kind ?? 'message'}]`;
}

/** Looked at before it is rewritten: most is on one line already. */
function onOneLine(text: string): string {
  return NOT_ON_ONE_LINE.test(text) ? text.replace(/\s+/g, ' ').trim() : text;
}

/** The same for a message as its columns hold it. */
export function previewOfStored(message: {
  readonly text: string | null;
  readonly content: MessageContent | null;
  readonly deletedAt: Date | null;
}): string {
  return message.deletedAt ? '[deleted]' : previewOf({ ...message.content, text: message.text ?? undefined });
}

/** Never inside a surrogate pair: PostgreSQL takes no half characters. */
function cut(text: string): string {
  return `${text.slice(0, LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
