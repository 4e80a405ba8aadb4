import type { FormPart, MessageContent, OutgoingFile, OutgoingMessage } from '#messenger-kit';
import { saidWithChoices } from '../meta/messaging/choices.js';
import { isMid } from '../meta/messaging/item.js';

/** How Meta is to take it: as an answer within 24 hours, or under a tag. */
export function messagingType(tag: string | null): Readonly<Record<string, string>> {
  return tag === null ? { messaging_type: 'RESPONSE' } : { messaging_type: 'MESSAGE_TAG', tag };
}

/** A text, with its choices. `metadata` comes back with the echo: it proves a send whose answer was lost. */
export function textBody({ id, content }: OutgoingMessage, recipient: string, tag: string | null): object {
  return {
    recipient: { id: recipient },
    ...messagingType(tag),
    message: { ...saidWithChoices(content), metadata: id },
    ...replyTo(content),
  };
}

/** A file goes as a form, its bytes beside what they are. https://developers.facebook.com/docs/messenger-platform/send-messages#file */
export async function fileForm(
  { id, content }: OutgoingMessage,
  file: OutgoingFile,
  recipient: string,
  tag: string | null,
): Promise<FormPart[]> {
  const message = { attachment: { type: file.type, payload: { is_reusable: false } }, metadata: id };
  const fields: Record<string, unknown> = {
    recipient: { id: recipient },
    ...messagingType(tag),
    message,
    ...replyTo(content),
  };
  const parts = Object.entries(fields).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const { name: fileName, mimeType } = file;
  return [...parts, { name: 'filedata', content: await file.read(), fileName, mimeType }];
}

function replyTo(content: MessageContent): { reply_to?: { mid: string } } {
  return isMid(content.replyTo) ? { reply_to: { mid: content.replyTo } } : {};
}
