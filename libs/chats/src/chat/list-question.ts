import type { ChatRow } from './chat.repository.js';
import type { ChatQuery } from './chat-query.dto.js';
import type { Reader } from './reader.js';

/** Where a page begins: behind this place of the list, or in front of it and then backwards. */
export interface Place {
  readonly direction: 'after' | 'before';
  /** A time in microseconds since 1970, as digits: exact, which a `Date` is not. Empty where the id alone orders. */
  readonly sortKey: string;
  readonly id: string;
}

export interface ListQuestion {
  readonly reader: Reader;
  readonly query: ChatQuery;
  readonly from?: Place;
  /** How many chats are wanted: a page, and one that says whether there are more. */
  readonly limit: number;
}

/** The limit stands in the text, so that a prepared plan knows how few rows are wanted; only the usual one is prepared. */
export const USUAL_LIMIT = 51;

/** Chats stand in the order they were walked, backwards for `before`. */
export type ListedChat = ChatRow & {
  readonly sort_key: string;
  /** Whether it belongs to the list. */
  readonly fits: boolean;
  /** It was looked at last, though the list may go on behind it. */
  readonly is_last_look: boolean;
};
