import { splitText } from '#messenger-kit';
import type { Attachment, MessageContent, Refusal } from '#messenger-kit';
import { CHOICES_WITHOUT_TEXT, refusalOfChoices, refused } from '../meta/messaging/choices.js';
import { partsOf } from '../meta/messaging/parts.js';

/** https://developers.facebook.com/docs/messenger-platform/reference/send-api, in UTF-16 units and bytes. */
export const MAX_TEXT = 2000;
const MAX_FILE = 25_000_000;

const SENDABLE: readonly string[] = ['image', 'video', 'audio', 'file'];

/** One call carries a text or a file. */
export function expand(content: MessageContent): MessageContent[] {
  return partsOf(content, {
    texts: (text) => splitText(text, MAX_TEXT),
    files: (attachments) => attachments.map((attachment) => [attachment]),
  });
}

/** Why Facebook would not take this as one message. */
export function refusal(content: MessageContent): Refusal | undefined {
  const { text = '', attachments = [], choices = [] } = content;
  if (attachments.length === 0 && text.trim() === '') {
    return choices.length > 0 ? CHOICES_WITHOUT_TEXT : refused('empty', 'The message is empty.');
  }
  if (text.length > MAX_TEXT) return refused('text_too_long', `Facebook takes up to ${MAX_TEXT} characters.`);
  if (attachments.length > 1 || (attachments.length === 1 && text.trim() !== '')) {
    return refused('too_much_at_once', 'Facebook takes either a text or one file at a time.');
  }
  const [file] = attachments;
  if (!file) return refusalOfChoices('Facebook', text, choices);
  return choices.length > 0 ? CHOICES_WITHOUT_TEXT : refusalOfFile(file);
}

function refusalOfFile(file: Attachment): Refusal | undefined {
  if (!SENDABLE.includes(file.type)) {
    return refused('attachment_not_supported', 'Facebook takes images, videos, audio and files.');
  }
  if (file.size === 0) return refused('file_empty', 'The file is empty.');
  if ((file.size ?? 0) > MAX_FILE) return refused('file_too_large', 'Facebook takes files of up to 25 MB.');
  return undefined;
}
