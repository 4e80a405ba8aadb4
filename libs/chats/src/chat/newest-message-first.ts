import type { ListedChat, ListQuestion } from './list-question.js';

interface Spot {
  readonly at: number;
  readonly id: string;
}

/** The order of a list that every message changes is made here: an index would be paid by every message. */
export function newestMessageFirst(chats: readonly ListedChat[], { from, limit }: ListQuestion): ListedChat[] {
  // Times become numbers once, not with every comparison.
  const spots = chats.map((chat) => ({ at: Number(chat.sort_key), id: chat.id, chat })).sort((a, b) => compare(b, a));
  const walked = from ? beyond(spots, { at: Number(from.sortKey), id: from.id }, from.direction) : spots;
  return walked.slice(0, limit).map(({ chat }) => chat);
}

function beyond<Listed extends Spot>(spots: Listed[], place: Spot, direction: 'after' | 'before'): Listed[] {
  if (direction === 'after') return spots.filter((spot) => compare(spot, place) < 0);
  return spots.filter((spot) => compare(spot, place) > 0).reverse();
}

function compare(a: Spot, b: Spot): number {
  return a.at - b.at || (a.id < b.id ? -1 : Number(a.id > b.id));
}
