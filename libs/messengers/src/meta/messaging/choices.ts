import type { MessageContent, OfferedChoice, Refusal } from '#messenger-kit';
import type { Names } from '../names.js';
import { webUrl } from './links.js';

/** https://developers.facebook.com/docs/messenger-platform/reference/send-api, in UTF-16 units. */
export const MAX_BUTTON_TEXT = 640;
const MAX_TITLE = 20;
const MAX_PAYLOAD = 1000;
const MAX_QUICK_REPLIES = 13;
const MAX_BUTTONS = 3;

/** A page can be opened by the buttons of a template only; all else are quick replies. */
export function needsButtons(choices: readonly OfferedChoice[]): boolean {
  return choices.some((choice) => choice.url !== undefined);
}

/** A text with its choices, as a `message` says them. */
export function saidWithChoices({ text = '', choices = [] }: MessageContent): object {
  if (choices.length === 0) return { text };
  if (!needsButtons(choices)) return { text, quick_replies: choices.map(quickReply) };
  const payload = { template_type: 'button', text, buttons: choices.map(button) };
  return { attachment: { type: 'template', payload } };
}

function quickReply({ title, payload }: OfferedChoice): object {
  return { content_type: 'text', title, payload: payload ?? title };
}

function button({ title, payload, url }: OfferedChoice): object {
  return url === undefined ? { type: 'postback', title, payload: payload ?? title } : { type: 'web_url', title, url };
}

/** Why the network would not take these choices under this text. */
export function refusalOfChoices(
  network: Names['network'],
  text: string,
  choices: readonly OfferedChoice[],
): Refusal | undefined {
  if (choices.length > 0 && text.trim() === '') return CHOICES_WITHOUT_TEXT;
  if (!needsButtons(choices)) {
    const isTooMany = choices.length > MAX_QUICK_REPLIES;
    if (isTooMany) return refused('too_many_choices', `${network} takes up to ${MAX_QUICK_REPLIES} quick replies.`);
    return firstRefusal(network, choices);
  }
  if (choices.length > MAX_BUTTONS) {
    return refused('too_many_choices', `${network} takes up to ${MAX_BUTTONS} choices where one of them opens a page.`);
  }
  if (text.length > MAX_BUTTON_TEXT) {
    return refused(
      'text_too_long',
      `${network} takes up to ${MAX_BUTTON_TEXT} characters above choices that open a page.`,
    );
  }
  return firstRefusal(network, choices);
}

function firstRefusal(network: Names['network'], choices: readonly OfferedChoice[]): Refusal | undefined {
  return choices.map((choice) => refusalOfChoice(network, choice)).find((found) => found !== undefined);
}

function refusalOfChoice(network: Names['network'], { title, payload, url }: OfferedChoice): Refusal | undefined {
  if (title.trim() === '') return refused('choice_without_title', 'Each choice needs a title.');
  if (title.length > MAX_TITLE) {
    return refused('choice_title_too_long', `${network} takes up to ${MAX_TITLE} characters in the title of a choice.`);
  }
  if ((payload?.length ?? 0) > MAX_PAYLOAD) {
    return refused(
      'choice_payload_too_long',
      `${network} takes up to ${MAX_PAYLOAD} characters in a choice’s payload.`,
    );
  }
  if (url !== undefined && webUrl(url) === undefined) {
    return refused('choice_url_not_valid', 'A choice opens an address with http or https.');
  }
  return undefined;
}

export const CHOICES_WITHOUT_TEXT: Refusal = {
  code: 'choices_without_text',
  sentence: 'Choices need a text they belong to.',
};

export function refused(code: string, sentence: string): Refusal {
  return { code, sentence };
}
