import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '#database';
import { EventLog, type NewEvent } from '#events';
import { hearersOfOffer } from '../chat/audience.js';
import { DecisionRepository, type NewDecision } from './decision.repository.js';
import { type MadeOffer, OffersRepository } from './offers.repository.js';
import { afterEnding, type EndedOffer, offersToEnd, type PlannedOffer, planOffers, totalRoom } from './plan.js';
import { leaveOut, type RoutedChat, shortened } from './reasons.js';
import { ruleNamed } from './routing-rules.js';
import { Routing } from './routing.js';
import { SilentAgents } from './silent-agents.js';
import { type RoutedQueue, SituationRepository } from './situation.repository.js';

/** A bound for how long a round keeps its chats locked. */
const OFFERS_AT_ONCE = 100;
const NO_REASONS = shortened([], []);

/** What one round does: offers that end, offers that begin. */
interface Work {
  readonly queue: RoutedQueue;
  readonly ended: readonly EndedOffer[];
  readonly planned: readonly PlannedOffer[];
}

/**
 * One look at one queue: ends the offers that cannot stand, and offers what waits to whoever has room. It makes of any
 * state in the database the state that the queue's rule wants, so it may run at any time and any number of times.
 */
@Injectable()
export class RoutingRound {
  constructor(
    private readonly database: Database,
    private readonly situation: SituationRepository,
    private readonly offers: OffersRepository,
    private readonly decisions: DecisionRepository,
    private readonly silent: SilentAgents,
    private readonly routing: Routing,
    private readonly events: EventLog,
  ) {}

  /** Answers whether another round would find more to do. */
  run(queueId: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const queue = await this.situation.enter(tx, queueId);
      return queue !== undefined && this.route(tx, queue);
    });
  }

  private async route(tx: Tx, queue: RoutedQueue): Promise<boolean> {
    const rule = ruleNamed(queue.rule);
    const standing = await this.situation.offers(tx, queue.id);
    if (!rule.rank && standing.length === 0) return false;
    const members = await this.situation.members(queue.id, tx);
    const ended = offersToEnd(standing, members, {
      ruleOffers: rule.rank !== undefined,
      silentLeave: queue.silentAgent === 'set_inactive',
    });
    const after = afterEnding(members, ended, silentOnes(queue, ended));
    const room = rule.rank ? Math.min(totalRoom(after), OFFERS_AT_ONCE) : 0;
    const ending = ended.map(({ chatId }) => chatId);
    const chats = room > 0 ? await this.situation.waiting(tx, queue, room, ending) : [];
    const plan = planOffers(
      after,
      withPasses(chats, ended, queue.now),
      { rule, prefersPreviousAgent: queue.prefersPreviousAgent },
      queue.now,
    );
    const met = await this.carryOut(tx, { queue, ended, planned: plan.offers });
    if (!met || chats.length === OFFERS_AT_ONCE) return true;
    if (rule.rank && totalRoom(plan.members) === 0) {
      await this.decisions.recordWaits(tx, queue, shortened([], plan.members.map(leaveOut)));
    }
    return false;
  }

  /** False where a chat was accepted, closed or moved meanwhile: then there may be room, or a chat, that was not counted. */
  private async carryOut(tx: Tx, { queue, ...work }: Work): Promise<boolean> {
    const all = new Map([...work.ended, ...work.planned].map(({ chatId }) => [chatId, null as string | null]));
    if (all.size === 0) return true;
    for (const { chatId, agentId } of work.ended) all.set(chatId, agentId);
    const locked = await this.offers.lock(tx, queue.id, [...all.keys()]);
    const here = new Set(locked.filter(({ id, offeredTo }) => offeredTo === all.get(id)).map(({ id }) => id));
    const ended = work.ended.filter(({ chatId }) => here.has(chatId));
    const planned = work.planned.filter(({ chatId }) => here.has(chatId));
    await this.write(tx, { queue, ended, planned });
    return here.size === all.size;
  }

  private async write(tx: Tx, work: Work): Promise<void> {
    const { queue, ended, planned } = work;
    const before = new Map<string, string | null>(ended.map(({ chatId }) => [chatId, null]));
    for (const { chatId, agentId } of planned) before.set(chatId, agentId);
    const made = await this.offers.put(tx, queue, before);
    const expired = ended.filter(({ how }) => how === 'expired');
    if (planned.length > 0) await this.offers.remember(tx, queue.id, planned);
    if (expired.length > 0) await this.offers.pass(tx, expired);
    await this.decisions.record(tx, queue, decisionsOf(work, made));
    await this.events.record(tx, eventsOf(work, made));
    await this.silent.setInactive(tx, silentOnes(queue, ended));
    this.routing.soonForAgent(tx, ...expired.map(({ agentId }) => agentId));
  }
}

function silentOnes({ silentAgent }: RoutedQueue, ended: readonly EndedOffer[]): ReadonlySet<string> {
  if (silentAgent === 'keep') return new Set();
  return new Set(ended.filter(({ how }) => how === 'expired').map(({ agentId }) => agentId));
}

/** Who gave no answer just now has let the chat pass, too. */
function withPasses(chats: readonly RoutedChat[], ended: readonly EndedOffer[], now: number): RoutedChat[] {
  const silent = new Map(ended.filter(({ how }) => how === 'expired').map(({ chatId, agentId }) => [chatId, agentId]));
  return chats.map((chat) => {
    const agentId = silent.get(chat.id);
    return agentId === undefined ? chat : { ...chat, passes: new Map([...chat.passes, [agentId, now]]) };
  });
}

function decisionsOf({ ended, planned }: Work, made: readonly MadeOffer[]): NewDecision[] {
  const until = new Map(made.map((offer) => [offer.chatId, offer.until]));
  return [
    ...ended.map(({ chatId, agentId, how, reason }) => ({
      chatId,
      outcome: how,
      agentId,
      reasons: { ...NO_REASONS, leftOut: [{ id: agentId, reason }] },
    })),
    ...planned.map(({ chatId, agentId, reasons }) => ({
      chatId,
      outcome: 'offered' as const,
      agentId,
      until: until.get(chatId),
      reasons,
    })),
  ];
}

function eventsOf({ queue, ended, planned }: Work, made: readonly MadeOffer[]): NewEvent[] {
  const at = new Date(queue.now / 1000);
  const until = new Map(made.map((offer) => [offer.chatId, offer.until]));
  const news = (chatId: string, agentId: string) => ({ at, chatId, audience: hearersOfOffer(agentId) });
  return [
    ...ended.map(({ chatId, agentId, how }) => ({
      ...news(chatId, agentId),
      type: how === 'expired' ? ('chat.offer_expired' as const) : ('chat.offer_withdrawn' as const),
      data: { queueId: queue.id, agentId, status: 'waiting' as const },
    })),
    ...planned.map(({ chatId, agentId }) => ({
      ...news(chatId, agentId),
      type: 'chat.offered' as const,
      data: { queueId: queue.id, agentId, until: until.get(chatId)!.toISOString(), status: 'waiting' as const },
    })),
  ];
}
