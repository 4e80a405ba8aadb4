import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import type { Caller } from '#identity';
import { ChangeOfHands } from '../ownership/change-of-hands.js';
import { DueTexts } from '../queue-text/due-texts.js';
import { audienceOf } from './audience.js';
import type { ChatDto } from './chat.dto.js';
import { ChatRepository, type ClosedChat } from './chat.repository.js';
import { ChatViews } from './chat-views.js';
import { readerOf } from './reader.js';

@Injectable()
export class CloseChat {
  constructor(
    private readonly database: Database,
    private readonly chats: ChatRepository,
    private readonly hands: ChangeOfHands,
    private readonly views: ChatViews,
    private readonly texts: DueTexts,
  ) {}

  /** Closes the chat for its owner, a supervisor or an admin. Closing twice is harmless and changes nothing. */
  async closeActiveChat(caller: Caller, chatId: string): Promise<ChatDto> {
    return this.database.transaction(async (tx) => {
      const at = new Date();
      const closed = await this.chats.close(tx, chatId, readerOf(caller), at);
      if (closed) {
        await this.settle(tx, caller, chatId, closed, at);
        await this.texts.part(tx, chatId, at);
      }
      const chat = await this.views.get(caller, chatId, tx);
      if (chat.status === 'closed') return chat;
      throw new Problem(403, 'not_owner', 'Only who holds the chat, a supervisor or an admin may close it.');
    });
  }

  /** Closes whatever is open with these people, in the caller's transaction. Nobody is told good-bye. */
  async closeAllOf(tx: Tx, caller: Caller, identityIds: readonly string[]): Promise<void> {
    const at = new Date();
    for (const chatId of await this.chats.lockOpenOf(tx, identityIds)) {
      const closed = await this.chats.close(tx, chatId, readerOf(caller), at);
      if (closed) await this.settle(tx, caller, chatId, closed, at);
    }
  }

  private async settle(tx: Tx, caller: Caller, chatId: string, closed: ClosedChat, at: Date): Promise<void> {
    const { queue_id: queueId, agent_id: agentId, offered_to: offeredTo, close_reason: reason } = closed;
    const closedBy = caller.kind === 'user' ? caller.id : null;
    await this.hands.settle(tx, {
      chatId,
      how: 'closed',
      by: closedBy,
      from: agentId === null ? null : { agentId, queueId },
      to: null,
      offeredTo,
      line: `${caller.name} closed the chat`,
      event: {
        type: 'chat.closed',
        at,
        chatId,
        audience: audienceOf(queueId, agentId),
        data: { queueId, agentId, closedBy, reason, status: 'closed' },
      },
    });
  }
}
