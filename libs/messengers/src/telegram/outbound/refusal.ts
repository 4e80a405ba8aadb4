import type { Attachment, MessageContent, OfferedChoice, Refusal } from '#messenger-kit';
import { isBlank } from './expand.js';
import { callbackDataOf, isButtonAddress } from './keyboard.js';
import { MAX_BUTTONS, MAX_CALLBACK_BYTES, MAX_CAPTION, MAX_TEXT, MAX_UPLOAD_BYTES } from './limits.js';
import { wayOf } from './way.js';

/** Why Telegram would not take this part. */
export function refusal(content: MessageContent): Refusal | undefined {
  return refusalOfText(content) ?? first(content.attachments ?? [], refusalOfFile) ?? refusalOfChoices(content);
}

function refusalOfText({ text = '', attachments = [], choices = [] }: MessageContent): Refusal | undefined {
  if (attachments.length > 0) {
    if (text.length <= MAX_CAPTION) return undefined;
    return { code: 'caption_too_long', sentence: `Under a file Telegram takes up to ${MAX_CAPTION} characters.` };
  }
  if (text.length > MAX_TEXT) {
    return { code: 'text_too_long', sentence: `Telegram takes up to ${MAX_TEXT} characters in one message.` };
  }
  if (!isBlank(text)) return undefined;
  return choices.length > 0
    ? { code: 'choices_without_text', sentence: 'Telegram shows buttons under a text or a file only. Add a text.' }
    : { code: 'empty_message', sentence: 'The message is empty.' };
}

function refusalOfFile(file: Attachment): Refusal | undefined {
  const name = file.name ?? 'The file';
  if (!wayOf(file)) {
    return {
      code: 'attachment_not_supported',
      sentence: `To Telegram go pictures, videos, audio and files, not this (${file.type}).`,
    };
  }
  if (file.size === 0) return { code: 'file_empty', sentence: `${name} is empty; Telegram does not take empty files.` };
  if ((file.size ?? 0) <= MAX_UPLOAD_BYTES) return undefined;
  return { code: 'file_too_large', sentence: `${name} is larger than the 50 MB Telegram takes from a bot.` };
}

function refusalOfChoices({ choices = [], attachments = [] }: MessageContent): Refusal | undefined {
  if (choices.length === 0) return undefined;
  if (attachments.length > 1) {
    return { code: 'choices_on_album', sentence: 'Telegram shows no buttons under several files. Add a text.' };
  }
  if (choices.length > MAX_BUTTONS) {
    return { code: 'too_many_choices', sentence: `Telegram takes up to ${MAX_BUTTONS} buttons in one message.` };
  }
  return first(choices, refusalOfChoice);
}

function refusalOfChoice(choice: OfferedChoice): Refusal | undefined {
  if (isBlank(choice.title)) return { code: 'choice_without_title', sentence: 'A button needs a title.' };
  if (choice.url !== undefined) {
    if (isButtonAddress(choice.url)) return undefined;
    return { code: 'choice_url_invalid', sentence: `The address of "${choice.title}" must begin with http or https.` };
  }
  if (Buffer.byteLength(callbackDataOf(choice)) <= MAX_CALLBACK_BYTES) return undefined;
  return {
    code: 'choice_payload_too_long',
    sentence: `Telegram gives back up to ${MAX_CALLBACK_BYTES} bytes of "${choice.title}". Give it a shorter payload.`,
  };
}

function first<T>(items: readonly T[], refusalOfOne: (item: T) => Refusal | undefined): Refusal | undefined {
  for (const item of items) {
    const found = refusalOfOne(item);
    if (found) return found;
  }
  return undefined;
}
