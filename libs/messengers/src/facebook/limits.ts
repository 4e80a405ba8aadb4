import { splitText } from '#messenger-kit';
import type { Attachment, MessageContent, OfferedChoice, Refusal } from '#messenger-kit';
import { webUrl } from './links.js';

/** https://developers.facebook.com/docs/messenger-platform/reference/send-api, in UTF-16 units and bytes. */
export const MAX_TEXT = 2000;
const MAX_BUTTON_TEXT = 640;
const MAX_FILE = 25_000_000;
const MAX_TITLE = 20;
const MAX_PAYLOAD = 1000;
const MAX_QUICK_REPLIES = 13;
const MAX_BUTTONS = 3;

const SENDABLE: readonly string[] = ['image', 'video', 'audio', 'file'];

/** A page can be opened by the buttons of a template only; all else are quick replies. */
export function needsButtons(choices: readonly OfferedChoice[]): boolean {
  return choices.some((choice) => choice.url !== undefined);
}

/**
 * One call carries a text or a file. The text goes first, its files follow in their order; with choices it goes last,
 * because quick replies vanish as soon as anything follows them.
 */
export function expand(content: MessageContent): MessageContent[] {
  const { text = '', attachments = [], choices = [], replyTo, ...rest } = content;
  const texts = textsOf(text, needsButtons(choices)).map((part): MessageContent => ({ text: part }));
  const files = attachments.map((attachment): MessageContent => ({ attachments: [attachment] }));
  const [first, ...others] = choices.length > 0 ? [...files, ...withChoices(texts, choices)] : [...texts, ...files];
  if (first === undefined) return [content];
  return [{ ...rest, ...first, ...(replyTo !== undefined && { replyTo }) }, ...others];
}

/** Without a text they stay alone, to be refused. */
function withChoices(texts: readonly MessageContent[], choices: readonly OfferedChoice[]): MessageContent[] {
  return [...texts.slice(0, -1), { ...texts.at(-1), choices }];
}

/** A template takes less text than a message: what does not fit goes before it. */
function textsOf(text: string, isTemplate: boolean): string[] {
  if (text.trim() === '') return [];
  const parts = splitText(text, MAX_TEXT);
  const last = parts.at(-1) ?? '';
  return isTemplate ? [...parts.slice(0, -1), ...splitText(last, MAX_BUTTON_TEXT)] : parts;
}

/** Why Facebook would not take this as one message. */
export function refusal(content: MessageContent): Refusal | undefined {
  const { text = '', attachments = [], choices = [] } = content;
  if (attachments.length === 0 && text.trim() === '') {
    return choices.length > 0
      ? refused('choices_without_text', 'Choices need a text they belong to.')
      : refused('empty', 'The message is empty.');
  }
  if (text.length > MAX_TEXT) return refused('text_too_long', `Facebook takes up to ${MAX_TEXT} characters.`);
  if (attachments.length > 1 || (attachments.length === 1 && text.trim() !== '')) {
    return refused('too_much_at_once', 'Facebook takes either a text or one file at a time.');
  }
  const [file] = attachments;
  return file ? refusalOfFile(file, choices) : refusalOfChoices(text, choices);
}

function refusalOfFile(file: Attachment, choices: readonly OfferedChoice[]): Refusal | undefined {
  if (choices.length > 0) return refused('choices_without_text', 'Choices need a text they belong to.');
  if (!SENDABLE.includes(file.type)) {
    return refused('attachment_not_supported', 'Facebook takes images, videos, audio and files.');
  }
  if (file.size === 0) return refused('file_empty', 'The file is empty.');
  if ((file.size ?? 0) > MAX_FILE) return refused('file_too_large', 'Facebook takes files of up to 25 MB.');
  return undefined;
}

function refusalOfChoices(text: string, choices: readonly OfferedChoice[]): Refusal | undefined {
  if (!needsButtons(choices)) {
    const isTooMany = choices.length > MAX_QUICK_REPLIES;
    if (isTooMany) return refused('too_many_choices', `Facebook takes up to ${MAX_QUICK_REPLIES} quick replies.`);
    return firstRefusal(choices);
  }
  if (choices.length > MAX_BUTTONS) {
    return refused('too_many_choices', `Facebook takes up to ${MAX_BUTTONS} choices where one of them opens a page.`);
  }
  if (text.length > MAX_BUTTON_TEXT) {
    return refused(
      'text_too_long',
      `Facebook takes up to ${MAX_BUTTON_TEXT} characters above choices that open a page.`,
    );
  }
  return firstRefusal(choices);
}

function firstRefusal(choices: readonly OfferedChoice[]): Refusal | undefined {
  return choices.map(refusalOfChoice).find((found) => found !== undefined);
}

function refusalOfChoice({ title, payload, url }: OfferedChoice): Refusal | undefined {
  if (title.trim() === '') return refused('choice_without_title', 'Each choice needs a title.');
  if (title.length > MAX_TITLE) {
    return refused('choice_title_too_long', `Facebook takes up to ${MAX_TITLE} characters in the title of a choice.`);
  }
  if ((payload?.length ?? 0) > MAX_PAYLOAD) {
    return refused('choice_payload_too_long', `Facebook takes up to ${MAX_PAYLOAD} characters in a choice’s payload.`);
  }
  if (url !== undefined && webUrl(url) === undefined) {
    return refused('choice_url_not_valid', 'A choice opens an address with http or https.');
  }
  return undefined;
}

function refused(code: string, sentence: string): Refusal {
  return { code, sentence };
}
