import type { ListedChat, ListQuestion } from './list-question.js';

/** The order of a list that every message changes is made here: an index would be paid by every message. */
export function newestMessageFirst(chats: readonly ListedChat[], { from, limit }: ListQuestion): ListedChat[] {
  const sorted = [...chats].sort((a, b) => compare([b.sort_key, b.id], [a.sort_key, a.id]));
  if (!from) return sorted.slice(0, limit);
  const place = [from.sortKey, from.id] as const;
  const beyond = (chat: ListedChat) => compare([chat.sort_key, chat.id], place);
  const walked = from.direction === 'after' ? sorted : sorted.reverse();
  return walked.filter((chat) => (from.direction === 'after' ? beyond(chat) < 0 : beyond(chat) > 0)).slice(0, limit);
}

function compare([aKey, aId]: readonly [string, string], [bKey, bId]: readonly [string, string]): number {
  return Number(aKey) - Number(bKey) || (aId < bId ? -1 : Number(aId > bId));
}
