import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import { type Caller, requireUser } from '#identity';
import { hearersOfOffer } from '../chat/audience.js';
import type { ChatDto } from '../chat/chat.dto.js';
import { ChatViews } from '../chat/chat-views.js';
import { DecisionRepository } from './decision.repository.js';
import { type Declined, OffersRepository } from './offers.repository.js';
import { shortened } from './reasons.js';
import { Routing } from './routing.js';

@Injectable()
export class DeclineOffer {
  constructor(
    private readonly database: Database,
    private readonly offers: OffersRepository,
    private readonly decisions: DecisionRepository,
    private readonly routing: Routing,
    private readonly events: EventLog,
    private readonly views: ChatViews,
  ) {}

  /**
   * Lets an offered chat pass at once: the next agent is asked, the caller again after all others. Declining twice is
   * harmless; what was never offered to the caller is a 409, and what they may not see a 404.
   */
  declineOffer(caller: Caller, chatId: string): Promise<ChatDto> {
    const userId = requireUser(caller);
    return this.database.transaction(async (tx) => {
      const declined = await this.offers.decline(tx, chatId, userId);
      if (declined) await this.settle(tx, chatId, userId, declined);
      const chat = await this.views.get(caller, chatId, tx);
      if (!declined && !(await this.offers.hasPassed(tx, chatId, userId))) throw notOffered();
      return chat;
    });
  }

  private async settle(tx: Tx, chatId: string, userId: string, { queueId, rule }: Declined): Promise<void> {
    const reasons = shortened([], [{ id: userId, reason: 'declined it' }]);
    await this.offers.pass(tx, [{ chatId, agentId: userId }]);
    await this.decisions.record(tx, { id: queueId, rule }, [{ chatId, outcome: 'declined', agentId: userId, reasons }]);
    await this.events.record(tx, [
      {
        type: 'chat.offer_declined',
        at: new Date(),
        chatId,
        audience: hearersOfOffer(userId),
        data: { queueId, agentId: userId, status: 'waiting' },
      },
    ]);
    this.routing.soon(tx, queueId);
    this.routing.soonForAgent(tx, userId);
  }
}

function notOffered(): Problem {
  return Problem.conflict('not_offered', 'This chat is not offered to you.');
}
