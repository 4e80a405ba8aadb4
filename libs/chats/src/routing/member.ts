import { chats } from './routing-rule.js';

/** One of a queue's agents as routing weighs them. Times are microseconds since 1970, by the database's clock. */
export interface Member {
  readonly id: string;
  readonly state: string;
  readonly available: boolean;
  readonly chatLimit: number;
  readonly openChats: number;
  readonly offeredChats: number;
  /** The same within this queue. */
  readonly queueLimit: number;
  readonly queueOpenChats: number;
  readonly queueOfferedChats: number;
  readonly lastAcceptAt: number | null;
  readonly lastOfferAt: number | null;
}

/** How many more chats the agent may be offered; below zero when they are offered more than they may accept. */
export function roomOf(member: Member): number {
  const { chatLimit, openChats, offeredChats, queueLimit, queueOpenChats, queueOfferedChats } = member;
  if (!member.available) return -queueOfferedChats;
  return Math.min(chatLimit - openChats - offeredChats, queueLimit - queueOpenChats - queueOfferedChats);
}

/** Why an agent without room is not asked, in words that go on after their name. */
export function whyWithoutRoom(member: Member): string {
  const { chatLimit, openChats, offeredChats, queueLimit, queueOpenChats, queueOfferedChats } = member;
  if (!member.available) return `is not available (${member.state})`;
  if (openChats + offeredChats >= chatLimit) return `${load(openChats, offeredChats)} of at most ${chatLimit}`;
  return `${load(queueOpenChats, queueOfferedChats)} of at most ${queueLimit} in this queue`;
}

function load(open: number, offered: number): string {
  return offered > 0 ? `holds ${chats(open)} and is offered ${offered},` : `holds ${chats(open)}`;
}

/** The same agent after the queue offered them `by` more chats. */
export function offered(member: Member, by: number): Member {
  const { offeredChats, queueOfferedChats } = member;
  return { ...member, offeredChats: offeredChats + by, queueOfferedChats: queueOfferedChats + by };
}
