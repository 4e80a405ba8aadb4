import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Caller } from '#identity';
import { Jobs } from '#jobs';
import { ChatViews } from '../chat/chat-views.js';
import type { ChatDto } from '../chat/chat.dto.js';
import { type DecisionRow, DecisionRepository } from './decision.repository.js';
import { type Member, roomOf } from './member.js';
import { consider, leaveOut, type Reasons, type RoutedChat } from './reasons.js';
import type { RoutingDto } from './routing.dto.js';
import { ruleNamed } from './routing-rules.js';
import { type RoutedQueue, SituationRepository } from './situation.repository.js';

const KEPT_DAYS = 30;
const MOST_DECISIONS = 50;
const MOST_AHEAD = 100;

type Names = ReadonlyMap<string, string>;

/** Says why a chat is where it is, in words. */
@Injectable()
export class ExplainRouting implements OnModuleInit {
  constructor(
    private readonly views: ChatViews,
    private readonly situation: SituationRepository,
    private readonly decisions: DecisionRepository,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('chats.forget-routing', '37 3 * * *', () => this.decisions.forget(KEPT_DAYS));
  }

  /** For whoever may see the chat, else Problem 404. */
  async explainRouting(caller: Caller, chatId: string): Promise<RoutingDto> {
    const view = await this.views.get(caller, chatId);
    const queue = await this.situation.queue(view.queue.id);
    if (!queue) throw new Error(`Chat ${chatId} is in no queue`);
    const chat = await this.situation.chat(chatId);
    const now = chat ? await this.present(chat, queue) : null;
    const made = await this.decisions.of(chatId, MOST_DECISIONS);
    const names = await this.decisions.names(whoIsIn(now?.reasons, view.offer?.agentId, made));
    return {
      chatId,
      status: view.status,
      queue: view.queue,
      rule: queue.rule,
      now: now && {
        waitingSince: view.waitingSince,
        ahead: now.ahead,
        offer: offerOf(view, names),
        considered: considered(now.reasons, names),
      },
      decisions: made.map((decision) => decisionDto(decision, names)),
    };
  }

  private async present(chat: RoutedChat, queue: RoutedQueue) {
    const members = await this.situation.members(queue.id);
    const rule = ruleNamed(queue.rule);
    const { prefersPreviousAgent } = queue;
    const reasons = rule.rank ? consider(members, chat, { rule, prefersPreviousAgent }) : shownTo(members);
    return { reasons, ahead: await this.decisions.ahead(chat.id, queue, MOST_AHEAD) };
  }
}

/** Where nobody is asked: who sees the chat, and who does not. */
function shownTo(members: readonly Member[]): Reasons {
  const leftOut = members.filter(({ available }) => !available).map(leaveOut);
  const ranked = members.filter(({ available }) => available);
  return {
    ranked: ranked.map((member) => ({
      id: member.id,
      reason: roomOf(member) > 0 ? 'sees it and may accept it' : `sees it, but ${leaveOut(member).reason}`,
    })),
    leftOut,
    moreRanked: 0,
    moreLeftOut: 0,
  };
}

function whoIsIn(now: Reasons | undefined, offeredTo: string | undefined, made: readonly DecisionRow[]): string[] {
  const ids = [now, ...made.map(({ reasons }) => reasons)].flatMap((reasons) =>
    [...(reasons?.ranked ?? []), ...(reasons?.leftOut ?? [])].map(({ id }) => id),
  );
  const agents = [offeredTo, ...made.map(({ agentId }) => agentId)].filter((id) => typeof id === 'string');
  return [...new Set([...ids, ...agents])];
}

function offerOf({ offer }: ChatDto, names: Names) {
  return offer && { agent: named(offer.agentId, names), until: offer.until };
}

function considered({ ranked, leftOut }: Reasons, names: Names) {
  return [
    ...ranked.map(({ id, reason }, index) => ({ ...named(id, names), place: index + 1, reason })),
    ...leftOut.map(({ id, reason }) => ({ ...named(id, names), place: null, reason })),
  ];
}

function decisionDto(decision: DecisionRow, names: Names): RoutingDto['decisions'][number] {
  const { at, outcome, rule, queueId, queueName, agentId, offeredUntil, reasons } = decision;
  const agent = agentId === null ? null : named(agentId, names);
  return {
    at,
    outcome,
    queue: { id: queueId, name: queueName },
    rule,
    agent,
    offeredUntil,
    sentence: sentenceOf(outcome, agent?.name ?? '', reasons),
    considered: outcome === 'offered' || outcome === 'waits' ? considered(reasons, names) : [],
    more: reasons.moreRanked + reasons.moreLeftOut,
  };
}

function sentenceOf(outcome: DecisionRow['outcome'], name: string, { ranked, leftOut }: Reasons): string {
  if (outcome === 'waits') return 'Nobody of the queue is available and has room, so the chat waits.';
  if (outcome === 'offered') return `${name} is asked: ${ranked[0]?.reason}.`;
  return `${name} is not asked any more: ${leftOut[0]?.reason}.`;
}

function named(id: string, names: Names) {
  return { id, name: names.get(id) ?? '' };
}
