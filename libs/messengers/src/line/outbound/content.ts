import { splitText } from '#messenger-kit';
import type { Attachment, MessageContent, OfferedChoice, Refusal } from '#messenger-kit';
import { dataOf } from '../choice-data.js';
import { CHOICES, MAX_TEXT, MESSAGES_A_CALL } from './limits.js';

const CARRIED: ReadonlySet<string> = new Set(['image', 'video', 'audio', 'file']);

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

/**
 * One call takes five messages of LINE's and costs one of the month's quota: a text goes together with the files that fit.
 * Choices stand under the last part.
 */
export function expand(content: MessageContent): MessageContent[] {
  const { text = '', attachments = [], choices = [], replyTo, ...rest } = content;
  const texts = isBlank(text) ? [] : splitText(text, MAX_TEXT);
  const last = texts.at(-1);
  const beside = last === undefined ? [] : attachments.slice(0, MESSAGES_A_CALL - 1);
  const parts: MessageContent[] = [
    ...texts.slice(0, -1).map((part) => ({ text: part })),
    ...(last === undefined ? [] : [{ text: last, ...(beside.length > 0 && { attachments: beside }) }]),
    ...inGroups(attachments.slice(beside.length)).map((group) => ({ attachments: group })),
  ];
  if (parts.length === 0) return [content];
  return parts.map((part, index) => ({
    ...(index === 0 && { ...rest, ...(replyTo !== undefined && { replyTo }) }),
    ...part,
    ...(index === parts.length - 1 && choices.length > 0 && { choices }),
  }));
}

function inGroups(attachments: readonly Attachment[]): Attachment[][] {
  const count = Math.ceil(attachments.length / MESSAGES_A_CALL);
  return Array.from({ length: count }, (_, index) =>
    attachments.slice(index * MESSAGES_A_CALL, (index + 1) * MESSAGES_A_CALL),
  );
}

/** Why LINE would not take this in one call. */
export function refusal(content: MessageContent): Refusal | undefined {
  const { text = '', attachments = [], choices = [] } = content;
  if (isBlank(text) && attachments.length === 0) {
    return choices.length > 0
      ? refused('choices_without_text', 'Choices need a text they belong to.')
      : refused('empty', 'The message is empty.');
  }
  if (text.length > MAX_TEXT) return refused('text_too_long', `LINE takes up to ${MAX_TEXT} characters at a time.`);
  if (attachments.length + (isBlank(text) ? 0 : 1) > MESSAGES_A_CALL) {
    return refused('too_much_at_once', `LINE takes up to ${MESSAGES_A_CALL} texts and files at a time.`);
  }
  const wrong = attachments.map(refusalOfFile).find((found) => found !== undefined);
  return wrong ?? refusalOfChoices(choices);
}

function refusalOfFile({ type, size }: Attachment): Refusal | undefined {
  if (!CARRIED.has(type)) {
    return refused('attachment_not_supported', 'To LINE go images, and links to videos, audio and files.');
  }
  return size === 0 ? refused('file_empty', 'The file is empty.') : undefined;
}

function refusalOfChoices(choices: readonly OfferedChoice[]): Refusal | undefined {
  if (choices.length > CHOICES.most) {
    return refused('too_many_choices', `LINE takes up to ${CHOICES.most} choices.`);
  }
  return choices.map(refusalOfChoice).find((found) => found !== undefined);
}

function refusalOfChoice(choice: OfferedChoice): Refusal | undefined {
  const { title, url } = choice;
  if (isBlank(title)) return refused('choice_without_title', 'Each choice needs a title.');
  if (title.length > CHOICES.title) {
    return refused('choice_title_too_long', `LINE takes up to ${CHOICES.title} characters in the title of a choice.`);
  }
  if (dataOf(choice).length > CHOICES.data) {
    return refused('choice_payload_too_long', `LINE takes up to ${CHOICES.data} characters in a choice’s payload.`);
  }
  if (url === undefined) return undefined;
  const opens = /^https?:\/\//i.test(url) && URL.canParse(url) && url.length <= CHOICES.url;
  if (opens) return undefined;
  const sentence = `A choice opens an address with http or https, of up to ${CHOICES.url} characters.`;
  return refused('choice_url_not_valid', sentence);
}

function refused(code: string, sentence: string): Refusal {
  return { code, sentence };
}
