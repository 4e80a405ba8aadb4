import { at, cleanName, textOf } from '#messenger-kit';
import type { MessageContent, Referral } from '#messenger-kit';
import { wamidOf } from '../wamid.js';
import { contacts, location, media, type Reader } from './attachments.js';
import { interactive, order, pressed } from './readable-text.js';

/** What a message says, by its type; the member of that name holds it. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', text],
  ['image', media('image')],
  ['video', media('video')],
  ['audio', media('audio')],
  ['document', media('file')],
  ['sticker', media('sticker')],
  ['location', location],
  ['contacts', contacts],
  ['interactive', interactive],
  ['button', (wire) => pressed(at(wire, 'text'), at(wire, 'payload'))],
  ['order', order],
]);

/** https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages */
export function contentOf(wire: unknown): MessageContent {
  const type = textOf(at(wire, 'type')) ?? '';
  const said = READERS.get(type)?.(at(wire, type)) ?? { unsupported: { kind: hiddenKind(wire, type) } };
  const replyTo = wamidOf(at(wire, 'context', 'id'));
  const referral = referralOf(wire);
  return { ...said, ...(replyTo !== undefined && { replyTo }), ...(referral && { referral }) };
}

function text(wire: unknown): MessageContent | undefined {
  const body = textOf(at(wire, 'body'));
  return body === undefined ? undefined : { text: body };
}

/** WhatsApp's word for what the API does not carry: a poll, an event, something to be seen once. */
function hiddenKind(wire: unknown, type: string): string {
  const told = type === 'unsupported' ? textOf(at(wire, 'unsupported', 'type')) : undefined;
  return cleanName(told) ?? cleanName(type) ?? 'message';
}

/** An advertisement or post that led here, else the product the message is about. */
function referralOf(wire: unknown): Referral | undefined {
  const from = at(wire, 'referral');
  const ref = textOf(at(from, 'source_id')) ?? textOf(at(from, 'ctwa_clid'));
  const source = textOf(at(from, 'source_type'));
  if (ref !== undefined || source !== undefined) {
    return { ...(ref !== undefined && { ref }), ...(source !== undefined && { source }) };
  }
  const product = textOf(at(wire, 'context', 'referred_product', 'product_retailer_id'));
  return product === undefined ? undefined : { ref: product, source: 'product' };
}
