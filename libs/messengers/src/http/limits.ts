import { splitText, type MessageContent, type Refusal } from '#messenger-kit';

export const MAX_TEXT = 20_000;
/** One call carries one file, in base64. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_CHOICES = 100;
const FILES = ['image', 'video', 'audio', 'file'];

/** One file a call, the text with the first one; the answer is in the first part, choices are on the last. */
export function expand(content: MessageContent): MessageContent[] {
  const { text, attachments = [], replyTo, choices } = content;
  const [first, ...more] = text === undefined ? [] : splitText(text, MAX_TEXT);
  const [file, ...files] = attachments;
  const parts: MessageContent[] = [
    { ...(first !== undefined && { text: first }), ...(file && { attachments: [file] }) },
    ...more.map((rest) => ({ text: rest })),
    ...files.map((one) => ({ attachments: [one] })),
  ];
  if (parts.length === 1) return [content];
  return parts.map((part, index) => ({
    ...part,
    ...(index === 0 && replyTo !== undefined && { replyTo }),
    ...(index === parts.length - 1 && choices && { choices }),
  }));
}

/** Why we would not call for this part. */
export function refusal({ text = '', attachments = [], choices = [] }: MessageContent): Refusal | undefined {
  if (text === '' && attachments.length === 0) return refused('empty_message', 'The message is empty.');
  if (text.length > MAX_TEXT) {
    return refused('text_too_long', `One message takes up to ${MAX_TEXT} characters.`);
  }
  if (choices.length > MAX_CHOICES) return refused('too_many_choices', `One message takes ${MAX_CHOICES} choices.`);
  for (const { type, size = 0, name = 'The file' } of attachments) {
    if (!FILES.includes(type)) {
      return refused('attachment_not_supported', `Pictures, videos, audio and files can be sent, not this (${type}).`);
    }
    if (size > MAX_FILE_BYTES)
      return refused('file_too_large', `File ${name} is larger than the 10 MB one call takes.`);
  }
  return undefined;
}

function refused(code: string, sentence: string): Refusal {
  return { code, sentence };
}
