import type { MessageContent, OfferedChoice, OutgoingMessage } from '#messenger-kit';
import { isWamid } from '../wamid.js';
import { isBlank, needsList, opensPage, payloadOf } from './content.js';
import type { Way } from './way.js';

/** A file that WhatsApp has, with how it goes. */
export interface Uploaded {
  readonly way: Way;
  readonly mediaId: string;
  readonly name: string;
}

const BSUID = /^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$/;

/** A business-scoped id has a member of its own; were both there, the phone would win. */
export function addressOf(externalId: string): object {
  const whom = BSUID.test(externalId) ? { recipient: externalId } : { to: externalId };
  return { messaging_product: 'whatsapp', recipient_type: 'individual', ...whom };
}

/**
 * `biz_opaque_callback_data` comes back with each status: it proves a send whose answer was lost.
 * https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
 */
export function bodyOf({ id, content }: OutgoingMessage, recipient: string, file: Uploaded | undefined): object {
  return {
    ...addressOf(recipient),
    ...(isWamid(content.replyTo) && { context: { message_id: content.replyTo } }),
    biz_opaque_callback_data: id,
    ...(file ? fileOf(file, content) : said(content)),
  };
}

function fileOf({ way, mediaId, name }: Uploaded, { text }: MessageContent): object {
  const caption = isBlank(text) ? {} : { caption: text };
  const fileName = way === 'document' ? { filename: name } : {};
  return { type: way, [way]: { id: mediaId, ...caption, ...fileName } };
}

function said({ text = '', choices = [] }: MessageContent): object {
  if (choices.length === 0) return { type: 'text', text: { body: text } };
  return { type: 'interactive', interactive: { ...offer(choices), body: { text } } };
}

function offer(choices: readonly OfferedChoice[]): object {
  const [first] = choices;
  if (first?.url !== undefined && opensPage(choices)) {
    const parameters = { display_text: first.title, url: first.url };
    return { type: 'cta_url', action: { name: 'cta_url', parameters } };
  }
  const answers = choices.map((choice) => ({ id: payloadOf(choice), title: choice.title }));
  if (needsList(choices)) {
    return { type: 'list', action: { button: '☰', sections: [{ rows: answers }] } };
  }
  return { type: 'button', action: { buttons: answers.map((reply) => ({ type: 'reply', reply })) } };
}
