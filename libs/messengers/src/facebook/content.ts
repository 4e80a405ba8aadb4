import { arrayOf, at, boundedId, cleanName, idOf, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, Choice, MessageContent, Referral } from '#messenger-kit';

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
const TYPES: ReadonlyMap<string, AttachmentType> = new Map([
  ['image', 'image'],
  ['sticker', 'sticker'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['file', 'file'],
  ['location', 'location'],
  ['fallback', 'link'],
  ['template', 'template'],
  ['reel', 'share'],
  ['ig_reel', 'share'],
  ['post', 'share'],
  ['ig_post', 'share'],
  ['story_mention', 'share'],
  ['share', 'share'],
]);

/** What a `message` of a messaging event says. */
export function messageContent(message: unknown): MessageContent {
  const text = textOf(at(message, 'text'));
  const wire = arrayOf(at(message, 'attachments'));
  const attachments = wire.map(attachmentOf);
  const unsupported = unsupportedKind(message, text, wire, attachments);
  const replyTo = textOf(at(message, 'reply_to', 'mid'));
  const payload = textOf(at(message, 'quick_reply', 'payload'));
  const choice: Choice | undefined = payload === undefined ? undefined : { title: text ?? payload, payload };
  const referral = referralOf(at(message, 'referral'));
  return {
    ...(text !== undefined && { text }),
    ...(attachments.length > 0 && { attachments }),
    ...(replyTo !== undefined && { replyTo: boundedId(replyTo) }),
    ...(choice && { choice }),
    ...(referral && { referral }),
    ...(unsupported !== undefined && { unsupported: { kind: unsupported } }),
  };
}

/** A pressed button or menu item. The title may be missing (old ice breakers), the payload too (standby). */
export function postbackContent(postback: unknown): MessageContent {
  const payload = textOf(at(postback, 'payload'));
  const title = textOf(at(postback, 'title')) ?? payload;
  const referral = referralOf(at(postback, 'referral'));
  return {
    ...(title === undefined
      ? { unsupported: { kind: 'postback' } }
      : { text: title, choice: { title, ...(payload !== undefined && { payload }) } }),
    ...(referral && { referral }),
  };
}

function attachmentOf(wire: unknown): Attachment {
  const kind = textOf(at(wire, 'type')) ?? '';
  const url = textOf(at(wire, 'payload', 'url')) ?? textOf(at(wire, 'url'));
  const isSticker = idOf(at(wire, 'payload', 'sticker_id')) !== undefined;
  const type = isSticker ? 'sticker' : (TYPES.get(kind) ?? (url === undefined ? 'unsupported' : 'file'));
  const title = textOf(at(wire, 'payload', 'title')) ?? textOf(at(wire, 'title'));
  const name = cleanName(title ?? (type === 'file' ? fileName(url) : undefined));
  return { type, ...(name !== undefined && { name }), ...(url !== undefined && { reference: url }) };
}

/** The file's name is nowhere but in the last part of the URL's path. */
function fileName(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Meta's word for what cannot be shown yet: anything but text and the preview of a link the text holds anyway. */
function unsupportedKind(
  message: unknown,
  text: string | undefined,
  wire: readonly unknown[],
  attachments: readonly Attachment[],
): string | undefined {
  if (at(message, 'is_unsupported') === true) return 'unsupported';
  const hidden = attachments.findIndex((attachment) => attachment.type !== 'link' || text === undefined);
  if (hidden >= 0) return cleanName(textOf(at(wire[hidden], 'type'))) ?? 'attachment';
  return text === undefined ? 'message' : undefined;
}

function referralOf(wire: unknown): Referral | undefined {
  const ref = textOf(at(wire, 'ref'));
  const source = textOf(at(wire, 'source'));
  if (ref === undefined && source === undefined) return undefined;
  return { ...(ref !== undefined && { ref }), ...(source !== undefined && { source }) };
}
