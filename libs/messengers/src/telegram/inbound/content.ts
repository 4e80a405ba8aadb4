import { arrayOf, at, cleanName, has, idOf, textOf } from '#messenger-kit';
import type { Attachment, Choice, MessageContent, Referral, UntrustedObject } from '#messenger-kit';
import { ATTACHMENTS } from './attachments.js';
import { quotedElsewhere } from './elsewhere.js';
import { readableText } from './readable-text.js';
import { messageKey } from './update.js';
import { webAddress } from './web-address.js';

/** Keys that say something about a message but are not its content. */
const COMMON = new Set(
  `message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot date
  business_connection_id chat forward_origin forward_from forward_from_chat forward_from_message_id forward_signature
  forward_sender_name forward_date is_topic_message is_automatic_forward reply_to_message external_reply quote reply_to_story
  reply_to_checklist_task_id via_bot edit_date has_protected_content is_from_offline is_paid_post media_group_id
  author_signature paid_star_count text entities link_preview_options suggested_post_info effect_id caption caption_entities
  show_caption_above_media has_media_spoiler reply_markup sender_tag guest_query_id web_app_data`.split(/\s+/),
);

/** What the message says. `chat` is the id of its chat, in which ids of messages are unique. */
export function messageContent(message: UntrustedObject, chat: string): MessageContent {
  const kind = contentKind(message);
  const shown = kind === undefined ? [] : (ATTACHMENTS.get(kind)?.(message[kind], message) ?? []);
  const isShown = kind === undefined || shown.length > 0;
  const own: readonly Attachment[] = isShown ? shown : [{ type: 'unsupported' }];
  const attachments = [...own, ...hiddenLinks(message), ...quotedElsewhere(message)];
  const choice = webAppChoice(message);
  const text = textOf(message['text']) ?? textOf(message['caption']) ?? choice?.title ?? readableText(message, kind);
  const replied = idOf(at(message, 'reply_to_message', 'message_id'));
  const quote = textOf(at(message, 'quote', 'text'));
  const referral = referralOf(text);
  const unsupported = isShown && (text !== undefined || attachments.length > 0) ? undefined : (kind ?? 'message');
  return {
    ...(text !== undefined && { text }),
    ...(attachments.length > 0 && { attachments }),
    ...(replied !== undefined && { replyTo: messageKey(chat, replied) }),
    ...(quote !== undefined && { quote }),
    ...(choice && { choice }),
    ...(referral && { referral }),
    ...(unsupported !== undefined && { unsupported: { kind: unsupported } }),
  };
}

/**
 * Telegram's word for content that is more than text. Of twins (an animation is a document too, a venue a location, a
 * live photo a photo) the first of the list. Unknown words count where nothing else is said: Telegram adds some every
 * few months.
 */
function contentKind(message: UntrustedObject): string | undefined {
  const known = [...ATTACHMENTS.keys()].find((key) => has(message, key));
  if (known !== undefined) return known;
  if (textOf(message['text']) !== undefined) return undefined;
  return cleanName(Object.keys(message).find((key) => !COMMON.has(key)));
}

/** Links behind words: where they lead is not in the text. Offsets count UTF-16 units of the text as it came. */
function hiddenLinks(message: UntrustedObject): Attachment[] {
  const links = new Map<string, Attachment>();
  for (const [said, entities] of [
    ['text', 'entities'],
    ['caption', 'caption_entities'],
  ] as const) {
    const text = message[said];
    for (const entity of arrayOf(message[entities])) {
      const url = at(entity, 'type') === 'text_link' ? webAddress(at(entity, 'url')) : undefined;
      if (url !== undefined) links.set(url, { type: 'link', url, ...titleOf(text, entity) });
    }
  }
  return [...links.values()];
}

function titleOf(text: unknown, entity: unknown): { title?: string } {
  const [offset, length] = [at(entity, 'offset'), at(entity, 'length')];
  if (typeof text !== 'string' || typeof offset !== 'number' || typeof length !== 'number') return {};
  const title = cleanName(text.slice(offset, offset + length));
  return title === undefined ? {} : { title };
}

/** The answer of a web app's keyboard button, https://core.telegram.org/bots/api#webappdata */
function webAppChoice(message: UntrustedObject): Choice | undefined {
  const payload = textOf(at(message, 'web_app_data', 'data'));
  const title = textOf(at(message, 'web_app_data', 'button_text')) ?? payload;
  return title === undefined ? undefined : { title, ...(payload !== undefined && { payload }) };
}

/** `https://t.me/<bot>?start=<payload>` arrives as the text `/start <payload>`. */
function referralOf(text: string | undefined): Referral | undefined {
  const ref = /^\/start ([A-Za-z0-9_-]{1,64})$/.exec(text ?? '')?.[1];
  return ref === undefined ? undefined : { ref, source: 'deep_link' };
}
