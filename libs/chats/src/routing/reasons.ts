import { type Member, roomOf, whyWithoutRoom } from './member.js';
import type { RankedAgent, RoutingRule } from './routing-rule.js';

/** Who was considered for a chat, first to last, and who was not and why. Words go on after the agent's name. */
export interface Reasons {
  readonly ranked: readonly RankedAgent[];
  readonly leftOut: readonly RankedAgent[];
  /** How many more there were of each: what is kept for a long time is kept short. */
  readonly moreRanked: number;
  readonly moreLeftOut: number;
}

/** A waiting chat as routing sees it. */
export interface RoutedChat {
  readonly id: string;
  /** Who held the contact's chat before this one, or this one before it was reopened. */
  readonly previousAgentId: string | null;
  /** Who let this chat pass or gave it back, and when. */
  readonly passes: ReadonlyMap<string, number>;
}

export interface Preference {
  readonly rule: RoutingRule;
  readonly prefersPreviousAgent: boolean;
}

const MOST_RANKED = 20;
const MOST_LEFT_OUT = 100;

/**
 * The order in which agents would be asked about a chat: the previous agent first where the queue wants it, then by the
 * rule, at last those who let this chat pass, longest ago first. Who has no room is left out.
 */
export function consider(members: readonly Member[], chat: RoutedChat, preference: Preference): Reasons {
  const ranked = order(members, chat, preference);
  const leftOut = members.filter((member) => roomOf(member) <= 0).map(leaveOut);
  const previous = chat.previousAgentId;
  if (preference.prefersPreviousAgent && previous !== null && !members.some(({ id }) => id === previous)) {
    leftOut.unshift({ id: previous, reason: 'held the contact’s last chat, but is not in the queue any more' });
  }
  return shortened(ranked, leftOut);
}

export function shortened(ranked: readonly RankedAgent[], leftOut: readonly RankedAgent[]): Reasons {
  return {
    ranked: ranked.slice(0, MOST_RANKED),
    leftOut: leftOut.slice(0, MOST_LEFT_OUT),
    moreRanked: Math.max(0, ranked.length - MOST_RANKED),
    moreLeftOut: Math.max(0, leftOut.length - MOST_LEFT_OUT),
  };
}

export function leaveOut(member: Member): RankedAgent {
  return { id: member.id, reason: whyWithoutRoom(member) };
}

function order(members: readonly Member[], chat: RoutedChat, { rule, prefersPreviousAgent }: Preference) {
  const ranked = rule.rank?.(members.filter((member) => roomOf(member) > 0)) ?? [];
  const passed = ranked
    .filter(({ id }) => chat.passes.has(id))
    .sort((a, b) => chat.passes.get(a.id)! - chat.passes.get(b.id)!)
    .map(({ id }) => ({ id, reason: 'let this chat pass, so all others come first' }));
  const fresh = ranked.filter(({ id }) => !chat.passes.has(id));
  if (!prefersPreviousAgent) return [...fresh, ...passed];
  const previous = fresh.filter(({ id }) => id === chat.previousAgentId);
  const others = fresh.filter(({ id }) => id !== chat.previousAgentId);
  const reason = 'held the contact’s last chat';
  return [...previous.map(({ id }) => ({ id, reason })), ...others, ...passed];
}
