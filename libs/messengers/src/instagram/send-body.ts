import type { OutgoingFile, OutgoingMessage } from '#messenger-kit';
import { saidWithChoices } from '../meta/messaging/choices.js';
import { isMid } from '../meta/messaging/item.js';

/** A text with its choices, or files by their addresses. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api */
export function bodyOf({ content, files }: OutgoingMessage, recipient: string, tag: string | null): object {
  return {
    recipient: { id: recipient },
    ...(tag !== null && { messaging_type: 'MESSAGE_TAG', tag }),
    message: files.length === 0 ? saidWithChoices(content) : attached(files),
    ...(isMid(content.replyTo) && { reply_to: { mid: content.replyTo } }),
  };
}

function attached(files: readonly OutgoingFile[]): object {
  const attachments = files.map(({ type, link }) => ({ type, payload: { url: link } }));
  return attachments.length === 1 ? { attachment: attachments[0] } : { attachments };
}
