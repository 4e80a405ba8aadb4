import { arrayOf, at, cleanName, has, idOf, textOf, timeOf } from '#messenger-kit';
import type { InboundEvent } from '#messenger-kit';
import { ignored, isPrivate, keyByContent, malformed, messageKey, rankOf, senderOf, type Update } from './update.js';

/** Stand-ins for what has no character of its own: a picture of Telegram's, a paid star. */
const PLACEHOLDERS: ReadonlyMap<unknown, string> = new Map([
  ['custom_emoji', '[custom emoji]'],
  ['paid', '⭐'],
]);

/** `new_reaction` is all this person's reactions on the message now. https://core.telegram.org/bots/api#messagereactionupdated */
export function reaction(update: Update): InboundEvent {
  const { source, content } = update;
  const key = keyByContent('reaction', update);
  const chat = idOf(at(content, 'chat', 'id'));
  const id = idOf(at(content, 'message_id'));
  const now = at(content, 'new_reaction');
  if (chat === undefined || id === undefined || !Array.isArray(now)) {
    return malformed(source, 'reaction_without_message', content);
  }
  const user = at(content, 'user');
  if (!isPrivate(at(content, 'chat'), user)) return ignored(source, key, 'group');
  if (!has(content, 'user')) return ignored(source, key, 'anonymous');
  const reactedAt = timeOf(at(content, 'date'));
  return {
    kind: 'reaction',
    source,
    key,
    target: messageKey(chat, id),
    ...(reactedAt && { at: reactedAt }),
    rank: rankOf(reactedAt, update),
    by: senderOf(user, chat),
    emojis: [...new Set(arrayOf(now).map(emojiOf))],
  };
}

function emojiOf(reaction: unknown): string {
  return cleanName(textOf(at(reaction, 'emoji'))) ?? PLACEHOLDERS.get(at(reaction, 'type')) ?? '[reaction]';
}
