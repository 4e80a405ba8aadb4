import { splitText } from '#messenger-kit';
import type { Attachment, MessageContent, OfferedChoice, Refusal } from '#messenger-kit';
import { BUTTONS, MAX_BUTTON_TEXT, MAX_CAPTION, MAX_DOCUMENT, MAX_TEXT, ROWS } from './limits.js';
import { wayOf } from './way.js';

/** A list takes a longer text, more choices and longer titles than buttons do. */
export function needsList(choices: readonly OfferedChoice[]): boolean {
  return choices.length > BUTTONS.most || choices.some(({ title }) => title.length > BUTTONS.title);
}

/** A button that opens a page stands alone under its text. */
export function opensPage(choices: readonly OfferedChoice[]): boolean {
  return choices.some(({ url }) => url !== undefined);
}

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

/**
 * One call carries a text, or a file with a caption. A text that fits is the caption of the first file, where that takes one;
 * else the text goes first. With choices it goes last, for they stand under it.
 */
export function expand(content: MessageContent): MessageContent[] {
  const { text, attachments = [], choices = [], replyTo, ...rest } = content;
  const files = attachments.map((attachment): MessageContent => ({ attachments: [attachment] }));
  const [file, ...others] = files;
  const parts =
    choices.length > 0
      ? [...files, ...withChoices(textsOf(text, choices), choices)]
      : file && text !== undefined && !isBlank(text) && takesCaption(attachments[0], text)
        ? [{ text, ...file }, ...others]
        : [...textsOf(text, choices), ...files];
  const [first, ...further] = parts;
  if (first === undefined) return [content];
  return [{ ...rest, ...first, ...(replyTo !== undefined && { replyTo }) }, ...further];
}

function takesCaption(file: Attachment | undefined, text: string): boolean {
  return file !== undefined && wayOf(file) !== 'audio' && text.length <= MAX_CAPTION;
}

/** Without a text they stay alone, to be refused. */
function withChoices(texts: readonly MessageContent[], choices: readonly OfferedChoice[]): MessageContent[] {
  return [...texts.slice(0, -1), { ...texts.at(-1), choices }];
}

function textsOf(text: string | undefined, choices: readonly OfferedChoice[]): MessageContent[] {
  if (text === undefined || isBlank(text)) return [];
  const parts = splitText(text, MAX_TEXT);
  const fitting =
    choices.length > 0 ? [...parts.slice(0, -1), ...splitText(parts.at(-1) ?? '', maxTextOver(choices))] : parts;
  return fitting.map((part) => ({ text: part }));
}

function maxTextOver(choices: readonly OfferedChoice[]): number {
  if (choices.length === 0) return MAX_TEXT;
  return !opensPage(choices) && needsList(choices) ? MAX_TEXT : MAX_BUTTON_TEXT;
}

/** Why WhatsApp would not take this as one message. */
export function refusal(content: MessageContent): Refusal | undefined {
  const { text = '', attachments = [], choices = [] } = content;
  if (attachments.length > 1) return refused('too_much_at_once', 'WhatsApp takes one file at a time.');
  const [file] = attachments;
  if (file) return refusalOfFile(file, text, choices);
  if (isBlank(text)) {
    return choices.length > 0
      ? refused('choices_without_text', 'Choices need a text they belong to.')
      : refused('empty', 'The message is empty.');
  }
  const max = maxTextOver(choices);
  if (text.length > max) return refused('text_too_long', `WhatsApp takes up to ${max} characters here.`);
  return choices.length > 0 ? refusalOfChoices(choices) : undefined;
}

function refusalOfFile(file: Attachment, text: string, choices: readonly OfferedChoice[]): Refusal | undefined {
  if (choices.length > 0) return refused('choices_without_text', 'Choices need a text they belong to.');
  const way = wayOf(file);
  if (way === undefined) {
    return refused('attachment_not_supported', 'WhatsApp takes images, videos, audio and files.');
  }
  if (file.size === 0) return refused('file_empty', 'The file is empty.');
  if ((file.size ?? 0) > MAX_DOCUMENT) return refused('file_too_large', 'WhatsApp takes files of up to 100 MB.');
  if (isBlank(text)) return undefined;
  if (way === 'audio') return refused('audio_with_text', 'WhatsApp takes no text with audio.');
  if (text.length > MAX_CAPTION) {
    return refused('caption_too_long', `WhatsApp takes up to ${MAX_CAPTION} characters under a file.`);
  }
  return undefined;
}

function refusalOfChoices(choices: readonly OfferedChoice[]): Refusal | undefined {
  if (opensPage(choices) && choices.length > 1) {
    return refused('too_many_choices', 'WhatsApp takes a choice that opens a page only by itself.');
  }
  const list = !opensPage(choices) && needsList(choices);
  const limits = list ? ROWS : BUTTONS;
  if (choices.length > limits.most) {
    return refused('too_many_choices', `WhatsApp takes up to ${limits.most} choices.`);
  }
  const isDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;
  if (!isDistinct(choices.map(({ title }) => title)) || !isDistinct(choices.map(payloadOf))) {
    return refused('choices_not_distinct', 'WhatsApp takes no two choices with one title or payload.');
  }
  return choices.map((choice) => refusalOfChoice(choice, limits)).find((found) => found !== undefined);
}

function refusalOfChoice(choice: OfferedChoice, limits: typeof BUTTONS): Refusal | undefined {
  const { title, url } = choice;
  if (isBlank(title)) return refused('choice_without_title', 'Each choice needs a title.');
  if (title.length > limits.title) {
    return refused(
      'choice_title_too_long',
      `WhatsApp takes up to ${limits.title} characters in the title of a choice.`,
    );
  }
  if (payloadOf(choice).length > limits.payload) {
    const sentence = `WhatsApp takes up to ${limits.payload} characters in a choice’s payload.`;
    return refused('choice_payload_too_long', sentence);
  }
  if (url !== undefined && !(/^https?:\/\//i.test(url) && URL.canParse(url))) {
    return refused('choice_url_not_valid', 'A choice opens an address with http or https.');
  }
  return undefined;
}

/** What comes back when it is pressed. */
export function payloadOf({ title, payload }: OfferedChoice): string {
  return payload ?? title;
}

function refused(code: string, sentence: string): Refusal {
  return { code, sentence };
}
