import { splitText, type Attachment, type MessageContent, type OfferedChoice, type Refusal } from '#messenger-kit';
import { payloadOf } from '../tracking.js';
import { webUrl } from '../web-url.js';
import { saidOf } from './body.js';
import { keyTitleOf } from './keyboard.js';
import { MAX_ADDRESS, MAX_CAPTION, MAX_FILE, MAX_KEY, MAX_KEYS, MAX_SAID_BYTES, MAX_TEXT } from './limits.js';
import { wayOf } from './way.js';

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

/**
 * One call carries a text, or a file; a picture has a caption. A text that fits is that of the first file, where that is a
 * picture, else it goes before. Keys go with the last part, whatever that is.
 */
export function expand(content: MessageContent): MessageContent[] {
  const { text, attachments = [], choices, replyTo, ...rest } = content;
  const files = attachments.map((attachment): MessageContent => ({ attachments: [attachment] }));
  const [file, ...others] = files;
  const isCaption = file && text !== undefined && !isBlank(text) && takesCaption(attachments[0], text);
  const parts = isCaption ? [{ text, ...file }, ...others] : [...textsOf(text), ...files];
  if (parts.length <= 1) return [content];
  return parts.map((part, index) => ({
    ...(index === 0 && { ...rest, ...(replyTo !== undefined && { replyTo }) }),
    ...part,
    ...(index === parts.length - 1 && choices && { choices }),
  }));
}

function takesCaption(file: Attachment | undefined, text: string): boolean {
  return file !== undefined && wayOf(file) === 'picture' && text.length <= MAX_CAPTION;
}

function textsOf(text: string | undefined): MessageContent[] {
  if (text === undefined || isBlank(text)) return [];
  return splitText(text, MAX_TEXT).map((part) => ({ text: part }));
}

/** Why Viber would not take this as one message. */
export function refusal(content: MessageContent): Refusal | undefined {
  const { text = '', attachments = [], choices = [] } = content;
  if (attachments.length > 1) return refused('too_much_at_once', 'Viber takes one file at a time.');
  const [file] = attachments;
  return (
    (file ? refusalOfFile(file, text) : refusalOfText(text, choices)) ??
    refusalOfChoices(choices) ??
    refusalOfWhole(content)
  );
}

function refusalOfText(text: string, choices: readonly OfferedChoice[]): Refusal | undefined {
  if (text.length > MAX_TEXT) return refused('text_too_long', `Viber takes up to ${MAX_TEXT} characters.`);
  if (!isBlank(text)) return undefined;
  return choices.length > 0
    ? refused('choices_without_text', 'Choices need a text or a file they belong to.')
    : refused('empty', 'The message is empty.');
}

function refusalOfFile(file: Attachment, text: string): Refusal | undefined {
  const way = wayOf(file);
  if (way === undefined) return refused('attachment_not_supported', 'Viber takes images, videos, audio and files.');
  if (file.size === 0) return refused('file_empty', 'The file is empty.');
  if ((file.size ?? 0) > MAX_FILE) return refused('file_too_large', 'Viber takes files of up to 50 MB.');
  if (isBlank(text)) return undefined;
  if (way !== 'picture') return refused('file_with_text', 'Viber takes a text only with a picture.');
  if (text.length <= MAX_CAPTION) return undefined;
  return refused('caption_too_long', `Viber takes up to ${MAX_CAPTION} characters under a picture.`);
}

function refusalOfChoices(choices: readonly OfferedChoice[]): Refusal | undefined {
  if (choices.length > MAX_KEYS) return refused('too_many_choices', `Viber takes up to ${MAX_KEYS} choices.`);
  return choices.map(refusalOfChoice).find((found) => found !== undefined);
}

function refusalOfChoice(choice: OfferedChoice): Refusal | undefined {
  const { title, url } = choice;
  if (isBlank(title)) return refused('choice_without_title', 'Each choice needs a title.');
  if (keyTitleOf(choice).length > MAX_KEY) {
    return refused('choice_title_too_long', `Viber takes up to ${MAX_KEY} characters in the title of a choice.`);
  }
  if (url !== undefined) {
    if (webUrl(url) !== undefined && url.length <= MAX_ADDRESS) return undefined;
    const sentence = `A choice opens an address with http or https, of up to ${MAX_ADDRESS} characters.`;
    return refused('choice_url_not_valid', sentence);
  }
  if (payloadOf(choice).length <= MAX_KEY) return undefined;
  return refused('choice_payload_too_long', `Viber takes up to ${MAX_KEY} characters in a choice’s payload.`);
}

/** A call has 30 KB: less than many long keys under a long text, and than a text of which each character needs several bytes. */
function refusalOfWhole(content: MessageContent): Refusal | undefined {
  if (Buffer.byteLength(JSON.stringify(saidOf(content))) <= MAX_SAID_BYTES) return undefined;
  return refused(
    'message_too_large',
    'Text and choices together are more than Viber takes at once. Make them shorter.',
  );
}

function refused(code: string, sentence: string): Refusal {
  return { code, sentence };
}
