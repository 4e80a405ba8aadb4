import type { FormPart, MessageContent, OfferedChoice, OutgoingFile, OutgoingMessage } from '#messenger-kit';
import { needsButtons } from './limits.js';

/** How Meta is to take it: as an answer within 24 hours, or under a tag. */
export function messagingType(tag: string | null): Readonly<Record<string, string>> {
  return tag === null ? { messaging_type: 'RESPONSE' } : { messaging_type: 'MESSAGE_TAG', tag };
}

/** A text, with its choices. `metadata` comes back with the echo: it proves a send whose answer was lost. */
export function textBody({ id, content }: OutgoingMessage, recipient: string, tag: string | null): object {
  return {
    recipient: { id: recipient },
    ...messagingType(tag),
    message: { ...said(content), metadata: id },
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

/** Ids of ours stand in for postbacks without `mid` and for overlong ids; Meta knows neither. */
export function isMid(externalId: string | undefined): externalId is string {
  return externalId !== undefined && !/^(postback|sha256):/.test(externalId);
}

function replyTo(content: MessageContent): { reply_to?: { mid: string } } {
  return isMid(content.replyTo) ? { reply_to: { mid: content.replyTo } } : {};
}

function said({ text = '', choices = [] }: MessageContent): object {
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
