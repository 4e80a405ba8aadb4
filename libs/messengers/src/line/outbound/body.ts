import type { MessageContent, OfferedChoice, OutgoingFile, Rejected } from '#messenger-kit';
import { dataOf } from '../choice-data.js';
import { isBlank } from './content.js';
import { MAX_ADDRESS, MAX_IMAGE } from './limits.js';

/** Message objects of LINE's, https://developers.line.biz/en/reference/messaging-api/#message-objects */
export function messagesOf(content: MessageContent, files: readonly OutgoingFile[]): object[] {
  const { text = '', choices = [] } = content;
  const messages = [...(isBlank(text) ? [] : [{ type: 'text', text }]), ...files.map(shown)];
  const last = messages.at(-1);
  if (!last || choices.length === 0) return messages;
  return [...messages.slice(0, -1), { ...last, quickReply: { items: choices.map(button) } }];
}

/** Why LINE, or the phone, could not fetch this file. */
export function whyUnreachable({ link }: OutgoingFile, wantsHttps: boolean): Rejected | undefined {
  if (wantsHttps && !/^https:/i.test(link)) {
    const sentence = 'LINE fetches files from this server, which needs an https address for that (PARLEY_PUBLIC_URL).';
    return { kind: 'rejected', class: 'permanent', code: 'file_needs_https', sentence };
  }
  if (link.length <= MAX_ADDRESS) return undefined;
  const sentence = 'The file’s name is too long for LINE. Give it a shorter one.';
  return { kind: 'rejected', class: 'permanent', code: 'file_name_too_long', sentence };
}

const SHOWN: ReadonlySet<string> = new Set(['image/jpeg', 'image/png']);

/** As a picture, or by name and link: LINE has no files, and wants of videos a preview and of audio a length. */
function shown({ type, name, mimeType, size, link }: OutgoingFile): object {
  const kind = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'image' && SHOWN.has(kind) && size <= MAX_IMAGE) {
    return { type: 'image', originalContentUrl: link, previewImageUrl: link };
  }
  return { type: 'text', text: `${name}\n${link}` };
}

/** What is pressed stands in the chat as said by the person. */
function button(choice: OfferedChoice): object {
  const { title: label, url } = choice;
  const action =
    url === undefined
      ? { type: 'postback', label, data: dataOf(choice), displayText: label }
      : { type: 'uri', label, uri: url };
  return { type: 'action', action };
}
