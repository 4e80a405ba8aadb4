import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import type { Audience, NewEvent } from '#events';
import { type Caller } from '#identity';
import type { LoadVerdict } from '../agent/agent-load.repository.js';
import { audienceOf } from '../chat/audience.js';
import type { ChatDto } from '../chat/chat.dto.js';
import { ChatViews } from '../chat/chat-views.js';
import { readerOf } from '../chat/reader.js';
import { Routing } from '../routing/routing.js';
import { ChangeOfHands } from './change-of-hands.js';
import { type Holding, HoldingRepository, type Named } from './holding.repository.js';

/** Where an open chat shall go. */
export interface Plan {
  readonly how: 'released' | 'transferred' | 'taken_over';
  readonly queue: Named;
  /** Null: it waits in the queue. */
  readonly agent: Named | null;
  readonly line: string;
  readonly reason?: string;
  readonly comment?: string;
}

/** Says where the chat shall go; undefined when it is there already; throws when the caller may not move it. */
export type Planner = (tx: Tx, chat: Holding) => Promise<Plan | undefined> | Plan | undefined;

/** Moves open chats between agents and queues. */
@Injectable()
export class Handover {
  constructor(
    private readonly database: Database,
    private readonly holdings: HoldingRepository,
    private readonly hands: ChangeOfHands,
    private readonly views: ChatViews,
    private readonly routing: Routing,
  ) {}

  /**
   * One winner: whoever comes too late hears 409 with the present holder, unless the chat is where they wanted it. A chat
   * the caller may not see is a 404. An agent who cannot take it is a 409, and nothing has changed.
   */
  handOver(caller: Caller, chatId: string, planner: Planner): Promise<ChatDto> {
    return this.database.transaction(async (tx) => {
      const chat = await this.require(tx, caller, chatId);
      const plan = await planner(tx, chat);
      if (plan && !(await this.carryOut(tx, caller, chatId, chat, plan))) {
        const now = await this.require(tx, caller, chatId);
        if (await planner(tx, now)) throw movedMeanwhile(now);
      }
      return this.views.get(caller, chatId, tx);
    });
  }

  private async carryOut(tx: Tx, caller: Caller, chatId: string, from: Holding, plan: Plan): Promise<boolean> {
    const at = new Date();
    const { how, queue, agent, line, reason, comment } = plan;
    const moved = await this.holdings.move(tx, chatId, from, { queueId: queue.id, agentId: agent?.id ?? null, at });
    if (!moved) return false;
    const verdict = await this.hands.settle(tx, {
      chatId,
      how,
      by: caller.kind === 'user' ? caller.id : null,
      from: from.agent && { agentId: from.agent.id, queueId: from.queue.id },
      to: agent && { agentId: agent.id, queueId: queue.id },
      offeredTo: from.offeredTo,
      line,
      reason,
      comment,
      event: eventOf(caller, chatId, from, plan, at),
    });
    if (verdict !== 'raised') throw cannotTake(verdict, caller, agent);
    if (!agent) this.routing.soon(tx, queue.id);
    return true;
  }

  private async require(tx: Tx, caller: Caller, chatId: string): Promise<Holding> {
    const chat = await this.holdings.of(tx, chatId, readerOf(caller));
    if (!chat) throw Problem.notFound('chat');
    if (chat.status === 'closed') throw Problem.conflict('chat_closed', 'This chat is closed.');
    return chat;
  }
}

/** Agents move only what they hold; supervisors and admins everything. */
export function refuseUnlessInHand(caller: Caller, { agent }: Holding): void {
  if (readerOf(caller).seesAll || (caller.kind === 'user' && agent?.id === caller.id)) return;
  if (agent) throw Problem.conflict('not_owner', `${agent.name} holds this chat.`, { holder: agent });
  throw Problem.conflict('chat_not_held', 'Nobody holds this chat; only who holds it may hand it on.', {
    holder: null,
  });
}

function movedMeanwhile({ agent, queue }: Holding): Problem {
  const where = agent ? `${agent.name} holds it now` : `it waits in ${queue.name}`;
  return Problem.conflict('chat_moved', `The chat changed hands meanwhile: ${where}.`, { holder: agent });
}

function cannotTake(verdict: Exclude<LoadVerdict, 'raised'>, caller: Caller, agent: Named | null): Problem {
  const [who, takes, holds] = agent?.id === caller.id ? ['You', 'take', 'hold'] : [agent?.name, 'takes', 'holds'];
  return verdict === 'agent_inactive'
    ? Problem.conflict('agent_unavailable', `${who} ${takes} no chats at the moment.`)
    : Problem.conflict('limit_reached', `${who} ${holds} as many open chats as allowed.`);
}

function eventOf(caller: Caller, chatId: string, from: Holding, plan: Plan, at: Date): NewEvent {
  const { agent, queue, reason = null, comment = null } = plan;
  return {
    type:
      plan.how === 'released' ? 'chat.released' : plan.how === 'transferred' ? 'chat.transferred' : 'chat.taken_over',
    at,
    chatId,
    audience: audienceOfMove(from, plan),
    data: {
      queueId: queue.id,
      agentId: agent?.id ?? null,
      fromQueueId: from.queue.id,
      fromAgentId: from.agent?.id ?? null,
      byUserId: caller.kind === 'user' ? caller.id : null,
      reason,
      comment,
      status: agent ? 'in_progress' : 'waiting',
    },
  };
}

/** Those who had it, and those who get it. */
function audienceOfMove(from: Holding, { queue, agent }: Plan): Audience {
  const audience = audienceOf(queue.id, from.agent?.id ?? null, agent?.id ?? null);
  return { ...audience, queues: [...new Set([from.queue.id, queue.id])] };
}
