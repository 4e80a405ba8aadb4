import { at, idOf, timeOf } from '#messenger-kit';
import type { InboundEvent } from '#messenger-kit';
import { ignored, isPrivate, keyByContent, malformed, senderOf, type Update } from './update.js';

/** The bot's own standing with a person: `kicked` = they blocked it. https://core.telegram.org/bots/api#chatmemberupdated */
const STANDINGS: ReadonlyMap<unknown, 'blocked' | 'unblocked'> = new Map([
  ['kicked', 'blocked'],
  ['member', 'unblocked'],
]);

/** Order is by `date`: it may overtake messages. */
export function membership(update: Update): InboundEvent {
  const { source, content } = update;
  const key = keyByContent('my_chat_member', update);
  const chat = idOf(at(content, 'chat', 'id'));
  if (chat === undefined) return malformed(source, 'membership_without_chat', content);
  const from = at(content, 'from');
  if (!isPrivate(at(content, 'chat'), from)) return ignored(source, key, 'group');
  const what = STANDINGS.get(at(content, 'new_chat_member', 'status'));
  if (!what) return ignored(source, key, 'my_chat_member');
  const changedAt = timeOf(at(content, 'date'));
  return { kind: 'notice', source, key, person: senderOf(from, chat), what, ...(changedAt && { at: changedAt }) };
}
