import { arrayOf, at, cleanName, countOf, eventKey, has, idOf, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, MessageContent, Referral, UntrustedObject } from '#messenger-kit';

/**
 * What a message may hold, https://core.telegram.org/bots/api#message. The first key present names the content, so twins
 * (an animation is a document too, a venue a location, a live photo a photo) are one attachment.
 */
const CONTENTS: ReadonlyMap<string, AttachmentType> = new Map<string, AttachmentType>([
  ['animation', 'video'],
  ['live_photo', 'image'],
  ['photo', 'image'],
  ['video', 'video'],
  ['video_note', 'video'],
  ['audio', 'audio'],
  ['voice', 'audio'],
  ['document', 'file'],
  ['sticker', 'sticker'],
  ['venue', 'location'],
  ['location', 'location'],
  ['contact', 'contact'],
  ['users_shared', 'contact'],
  ['poll', 'poll'],
  ['story', 'share'],
]);

/** Keys that say something about a message but are not its content. */
const COMMON = new Set(
  `message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot date
  business_connection_id chat forward_origin forward_from forward_from_chat forward_from_message_id forward_signature
  forward_sender_name forward_date is_topic_message is_automatic_forward reply_to_message external_reply quote reply_to_story
  reply_to_checklist_task_id via_bot edit_date has_protected_content is_from_offline is_paid_post media_group_id
  author_signature paid_star_count text entities link_preview_options suggested_post_info effect_id caption caption_entities
  show_caption_above_media has_media_spoiler reply_markup sender_tag guest_query_id`.split(/\s+/),
);

/** What the message says. `chat` is the id of its chat, in which ids of messages are unique. */
export function messageContent(message: UntrustedObject, chat: string): MessageContent {
  const kind = contentKind(message);
  const text = textOf(message['text']) ?? textOf(message['caption']) ?? spokenText(message, kind);
  const attachment = kind === undefined ? undefined : attachmentOf(message, kind);
  const replied = idOf(at(message, 'reply_to_message', 'message_id'));
  const referral = referralOf(text);
  const unsupported = kind ?? (text === undefined ? 'message' : undefined);
  return {
    ...(text !== undefined && { text }),
    ...(attachment && { attachments: [attachment] }),
    ...(replied !== undefined && { replyTo: eventKey(chat, replied) }),
    ...(referral && { referral }),
    ...(unsupported !== undefined && { unsupported: { kind: unsupported } }),
  };
}

/** Telegram's word for content that is more than text. Unknown words count: Telegram adds some every few months. */
function contentKind(message: UntrustedObject): string | undefined {
  const known = [...CONTENTS.keys()].find((key) => has(message, key));
  if (known !== undefined) return known;
  // Data of a web app is shown as its text in full.
  return cleanName(Object.keys(message).find((key) => !COMMON.has(key) && key !== 'web_app_data'));
}

function attachmentOf(message: UntrustedObject, kind: string): Attachment | undefined {
  const type = CONTENTS.get(kind) ?? 'unsupported';
  const content = kind === 'photo' || kind === 'live_photo' ? largestPhoto(message) : message[kind];
  const name = cleanName(
    textOf(at(content, 'file_name')) ?? textOf(at(content, 'title')) ?? textOf(at(content, 'first_name')),
  );
  const mimeType = cleanName(textOf(at(content, 'mime_type')));
  const size = countOf(at(content, 'file_size'));
  const reference = textOf(at(content, 'file_id'));
  return {
    type,
    ...(name !== undefined && { name }),
    ...(mimeType !== undefined && { mimeType }),
    ...(size !== undefined && { size }),
    ...(reference !== undefined && { reference }),
  };
}

/** A photo comes as sizes of one picture, the largest last. */
function largestPhoto(message: UntrustedObject): unknown {
  return arrayOf(message['photo']).at(-1) ?? message['live_photo'];
}

/** Text for content that has none of its own but reads well as text. A sticker's emoji is not what was said. */
function spokenText(message: UntrustedObject, kind: string | undefined): string | undefined {
  if (kind === 'dice') return textOf(at(message, 'dice', 'emoji'));
  if (kind === 'poll') return textOf(at(message, 'poll', 'question'));
  return textOf(at(message, 'web_app_data', 'button_text')) ?? textOf(at(message, 'web_app_data', 'data'));
}

/** `https://t.me/<bot>?start=<payload>` arrives as the text `/start <payload>`. */
function referralOf(text: string | undefined): Referral | undefined {
  const ref = /^\/start ([A-Za-z0-9_-]{1,64})$/.exec(text ?? '')?.[1];
  return ref === undefined ? undefined : { ref, source: 'deep_link' };
}
