import { splitText } from '#messenger-kit';
import type { Attachment, MessageContent, OfferedChoice } from '#messenger-kit';
import { MAX_BUTTON_TEXT, needsButtons } from './choices.js';

/** What one call carries. */
export interface Calls {
  /** A text in parts, each short enough. */
  texts(text: string): string[];
  /** Files in groups, each of which goes in one call. */
  files(attachments: readonly Attachment[]): (readonly Attachment[])[];
}

/**
 * One call carries a text or files. The text goes first, its files follow in their order; with choices it goes last,
 * because quick replies vanish as soon as anything follows them.
 */
export function partsOf(content: MessageContent, calls: Calls): MessageContent[] {
  const { text = '', attachments = [], choices = [], replyTo, ...rest } = content;
  const texts = textsOf(text, calls, needsButtons(choices)).map((part): MessageContent => ({ text: part }));
  const files = calls.files(attachments).map((group): MessageContent => ({ attachments: group }));
  const [first, ...others] = choices.length > 0 ? [...files, ...withChoices(texts, choices)] : [...texts, ...files];
  if (first === undefined) return [content];
  return [{ ...rest, ...first, ...(replyTo !== undefined && { replyTo }) }, ...others];
}

/** Without a text they stay alone, to be refused. */
function withChoices(texts: readonly MessageContent[], choices: readonly OfferedChoice[]): MessageContent[] {
  return [...texts.slice(0, -1), { ...texts.at(-1), choices }];
}

/** A template takes less text than a message: what does not fit goes before it. */
function textsOf(text: string, calls: Calls, isTemplate: boolean): string[] {
  if (text.trim() === '') return [];
  const parts = calls.texts(text);
  const last = parts.at(-1) ?? '';
  return isTemplate ? [...parts.slice(0, -1), ...splitText(last, MAX_BUTTON_TEXT)] : parts;
}
