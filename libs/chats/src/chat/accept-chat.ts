import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { type Caller, requireUser } from '#identity';
import { refusalOf } from '../agent/load-refusal.js';
import { ChangeOfHands } from '../ownership/change-of-hands.js';
import { audienceOf } from './audience.js';
import type { ChatDto } from './chat.dto.js';
import { type Assigned, ChatRepository } from './chat.repository.js';
import { ChatViews } from './chat-views.js';
import { readerOf } from './reader.js';

@Injectable()
export class AcceptChat {
  constructor(
    private readonly database: Database,
    private readonly chats: ChatRepository,
    private readonly hands: ChangeOfHands,
    private readonly views: ChatViews,
  ) {}

  /**
   * Assigns a waiting chat to the caller: one winner, who may repeat it; everyone else gets 409 with the holder. 409 too
   * for the inactive, for those at their limit, and where the queue offers its chats to one agent after the other and this
   * one not to the caller; 404 where the chat is not for the caller.
   */
  async acceptChat(caller: Caller, chatId: string): Promise<ChatDto> {
    const userId = requireUser(caller);
    return this.database.transaction(async (tx) => {
      const at = new Date();
      const assigned = await this.chats.assign(tx, chatId, userId, readerOf(caller).seesAll, at);
      if (assigned) await this.settle(tx, caller, chatId, assigned, at);
      else await this.requireHolder(tx, caller, chatId);
      return this.views.get(caller, chatId, tx);
    });
  }

  private async settle(tx: Tx, caller: Caller, chatId: string, assigned: Assigned, at: Date): Promise<void> {
    const { queue_id: queueId, offered_to: offeredTo } = assigned;
    const verdict = await this.hands.settle(tx, {
      chatId,
      how: 'accepted',
      by: caller.id,
      from: null,
      to: { agentId: caller.id, queueId },
      offeredTo,
      line: `${caller.name} accepted the chat`,
      event: {
        type: 'chat.accepted',
        at,
        chatId,
        audience: audienceOf(queueId, caller.id),
        data: { queueId, agentId: caller.id, status: 'in_progress' },
      },
    });
    if (verdict !== 'raised') throw refusalOf(verdict, 'accepting');
  }

  private async requireHolder(tx: Tx, caller: Caller, chatId: string): Promise<void> {
    const chat = await this.chats.standing(tx, chatId, caller.id, readerOf(caller).seesAll);
    if (!chat) throw Problem.notFound('chat');
    if (chat.status === 'waiting') throw Problem.conflict('not_offered', 'This chat is not offered to you.');
    if (chat.status === 'closed') throw Problem.conflict('chat_closed', 'This chat is closed.');
    if (chat.agent_id === caller.id) return;
    throw Problem.conflict('already_accepted', `${chat.agent_name} has accepted this chat.`, {
      holder: { id: chat.agent_id, name: chat.agent_name },
    });
  }
}
