import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Tx } from '#database';
import type { Caller } from '#identity';
import type { ChatDto } from '../chat/chat.dto.js';
import { readerOf } from '../chat/reader.js';
import { Handover, type Plan, refuseUnlessInHand } from './handover.js';
import { type Holding, HoldingRepository, type Named } from './holding.repository.js';
import type { TransferChatDto } from './ownership.dto.js';

@Injectable()
export class TransferChat {
  constructor(
    private readonly handover: Handover,
    private readonly holdings: HoldingRepository,
  ) {}

  /**
   * Hands a chat on to an agent, who holds it from then on, or to a queue, where it waits; with all that was said in it.
   * For its owner, supervisors and admins. Repeating is harmless. 409 where the agent takes no chats now or has enough.
   */
  async transferChat(caller: Caller, chatId: string, wish: TransferChatDto): Promise<ChatDto> {
    if ((wish.agentId === undefined) === (wish.queueId === undefined)) {
      throw Problem.invalid('Name the agent or the queue who shall get the chat.', [
        { pointer: '#/agentId', detail: 'either agentId or queueId' },
      ]);
    }
    return this.handover.handOver(caller, chatId, async (tx, chat) => {
      if (isThere(caller, chat, wish)) return undefined;
      refuseUnlessInHand(caller, chat);
      return this.planFor(tx, caller, chat, wish);
    });
  }

  private async planFor(tx: Tx, caller: Caller, chat: Holding, wish: TransferChatDto): Promise<Plan> {
    const agent = wish.agentId === undefined ? null : await this.agent(tx, wish.agentId);
    const queue = wish.queueId === undefined ? chat.queue : await this.queue(tx, wish.queueId);
    const { reason, comment } = wish;
    const target = agent ? agent.name : `the queue ${queue.name}`;
    const why = [reason, comment].filter(Boolean).join(' – ');
    const line = `${caller.name} transferred the chat to ${target}${why && `: ${why}`}`;
    return { how: 'transferred', queue, agent, reason, comment, line };
  }

  private async agent(tx: Tx, id: string): Promise<Named> {
    const agent = await this.holdings.activeUser(tx, id);
    if (!agent) throw Problem.unknown('agent', '#/agentId');
    return agent;
  }

  private async queue(tx: Tx, id: string): Promise<Named> {
    const queue = await this.holdings.heldQueue(tx, id);
    if (!queue) throw Problem.unknown('queue', '#/queueId');
    return queue;
  }
}

function isThere(caller: Caller, { agent, queue, readersLast }: Holding, wish: TransferChatDto): boolean {
  if (wish.agentId !== undefined) return agent?.id === wish.agentId.toLowerCase();
  return !agent && queue.id === wish.queueId?.toLowerCase() && (readersLast || readerOf(caller).seesAll);
}
