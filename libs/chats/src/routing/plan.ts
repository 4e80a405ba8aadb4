import { type Member, offered, roomOf } from './member.js';
import { consider, type Preference, type Reasons, type RoutedChat } from './reasons.js';

/** An offer that stands. */
export interface StandingOffer {
  readonly chatId: string;
  readonly agentId: string;
  /** Microseconds since 1970. */
  readonly until: number;
  readonly expired: boolean;
}

/** An offer that ends without having been accepted. */
export interface EndedOffer {
  readonly chatId: string;
  readonly agentId: string;
  readonly how: 'expired' | 'withdrawn';
  /** In words that go on after the agent's name. */
  readonly reason: string;
}

export interface PlannedOffer {
  readonly chatId: string;
  readonly agentId: string;
  /** When the agent is asked, in microseconds since 1970: one after the other, also within one round. */
  readonly at: number;
  readonly reasons: Reasons;
}

/** What a queue's settings say about its offers. */
export interface OfferTerms {
  /** Whether its rule makes offers at all. */
  readonly ruleOffers: boolean;
  /** Whether who gives no answer in time is set inactive, and so loses all other offers of the queue. */
  readonly silentLeave: boolean;
}

/**
 * Which offers end now: with the rule, the membership or the availability they came from, in time, or for want of room.
 * All that end by each other's doing end together: an offer left for the next round would find the room given away to
 * chats that have waited less.
 */
export function offersToEnd(
  offers: readonly StandingOffer[],
  members: readonly Member[],
  { ruleOffers, silentLeave }: OfferTerms,
): EndedOffer[] {
  const byId = new Map(members.map((member) => [member.id, member]));
  const silent = new Set(silentLeave ? offers.filter(({ expired }) => expired).map(({ agentId }) => agentId) : []);
  const ended: EndedOffer[] = [];
  const standing: StandingOffer[] = [];
  for (const offer of offers) {
    const verdict = verdictOn(offer, byId.get(offer.agentId), ruleOffers) ?? verdictOnSilent(offer, silent);
    if (verdict) ended.push({ chatId: offer.chatId, agentId: offer.agentId, ...verdict });
    else standing.push(offer);
  }
  for (const { agentId } of ended) {
    const member = byId.get(agentId);
    if (member) byId.set(agentId, offered(member, -1));
  }
  const latestFirst = [...standing].sort((a, b) => b.until - a.until || (a.chatId < b.chatId ? 1 : -1));
  for (const { chatId, agentId } of latestFirst) {
    const member = byId.get(agentId)!;
    if (roomOf(member) >= 0) continue;
    ended.push({ chatId, agentId, how: 'withdrawn', reason: 'has no room for it any more' });
    byId.set(agentId, offered(member, -1));
  }
  return ended;
}

const withdrawn = (reason: string) => ({ how: 'withdrawn' as const, reason });

function verdictOnSilent({ agentId }: StandingOffer, silent: ReadonlySet<string>) {
  return silent.has(agentId) ? withdrawn('is not available any more (inactive)') : undefined;
}

function verdictOn(offer: StandingOffer, member: Member | undefined, ruleOffers: boolean) {
  if (!ruleOffers) return withdrawn('was asked under another rule of the queue');
  if (!member) return withdrawn('is not in the queue any more');
  if (!member.available) return withdrawn(`is not available any more (${member.state})`);
  return offer.expired ? { how: 'expired' as const, reason: 'gave no answer in time' } : undefined;
}

/** The members once these offers have ended, and those of `silent` are set inactive. */
export function afterEnding(
  members: readonly Member[],
  ended: readonly EndedOffer[],
  silent: ReadonlySet<string>,
): Member[] {
  return members.map((member) => {
    const lost = ended.filter(({ agentId }) => agentId === member.id).length;
    const still = lost > 0 ? offered(member, -lost) : member;
    return silent.has(member.id) ? { ...still, available: false, state: 'inactive' } : still;
  });
}

export function totalRoom(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + Math.max(0, roomOf(member)), 0);
}

/** Offers the chats in the order given, each to whoever comes first for it then, until nobody has room. */
export function planOffers(
  members: readonly Member[],
  chats: readonly RoutedChat[],
  preference: Preference,
  now: number,
): { readonly offers: PlannedOffer[]; readonly members: Member[] } {
  const present = [...members];
  const offers: PlannedOffer[] = [];
  for (const chat of chats) {
    const reasons = consider(present, chat, preference);
    const [first] = reasons.ranked;
    if (!first) break;
    const at = now + offers.length;
    offers.push({ chatId: chat.id, agentId: first.id, at, reasons });
    const place = present.findIndex(({ id }) => id === first.id);
    present[place] = { ...offered(present[place]!, 1), lastOfferAt: at };
  }
  return { offers, members: present };
}
