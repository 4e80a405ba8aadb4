import { at, cleanName, has, idOf, textOf } from '#messenger-kit';
import type { Attachment, UntrustedObject } from '#messenger-kit';
import { publicPage } from './web-address.js';

/** What a message answers that is no message of this chat: one of another chat, a story. Shown as a share. */
export function quotedElsewhere(message: UntrustedObject): Attachment[] {
  const shares: Attachment[] = [];
  if (has(message, 'external_reply')) shares.push(externalReply(message['external_reply']));
  if (has(message, 'reply_to_story')) shares.push(...storyOf(message['reply_to_story'], 'Story'));
  return shares;
}

/** A story's content never reaches a bot, only whose it is: a link where that account is public. */
export function storyOf(story: unknown, titleInStead?: string): Attachment[] {
  const id = idOf(at(story, 'id'));
  const url = id === undefined ? undefined : publicPage(at(story, 'chat', 'username'), 's', id);
  const title = nameOf(at(story, 'chat')) ?? titleInStead;
  if (url === undefined && titleInStead === undefined) return [];
  return [{ type: 'share', ...(url !== undefined && { url }), ...(title !== undefined && { title }) }];
}

/** https://core.telegram.org/bots/api#externalreplyinfo */
function externalReply(reply: unknown): Attachment {
  const origin = at(reply, 'origin');
  const chat = at(reply, 'chat') ?? at(origin, 'chat');
  const id = idOf(at(reply, 'message_id') ?? at(origin, 'message_id'));
  const url = id === undefined ? undefined : publicPage(at(chat, 'username'), id);
  const title =
    nameOf(at(origin, 'sender_user')) ??
    cleanName(textOf(at(origin, 'sender_user_name'))) ??
    nameOf(at(origin, 'sender_chat')) ??
    nameOf(chat) ??
    'Message from another chat';
  return { type: 'share', ...(url !== undefined && { url }), title };
}

/** The name of a user or a chat. */
export function nameOf(someone: unknown): string | undefined {
  return (
    cleanName(textOf(at(someone, 'title'))) ??
    cleanName(textOf(at(someone, 'first_name')), textOf(at(someone, 'last_name'))) ??
    cleanName(textOf(at(someone, 'username')))
  );
}
