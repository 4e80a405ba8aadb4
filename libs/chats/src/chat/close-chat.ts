import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import type { Caller } from '#identity';
import { AgentLoadRepository } from '../agent/agent-load.repository.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
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
    private readonly loads: AgentLoadRepository,
    private readonly lines: SystemLines,
    private readonly events: EventLog,
    private readonly views: ChatViews,
  ) {}

  /** Closes the chat for its owner, a supervisor or an admin. Closing twice is harmless and changes nothing. */
  async closeActiveChat(caller: Caller, chatId: string): Promise<ChatDto> {
    return this.database.transaction(async (tx) => {
      const at = new Date();
      const closed = await this.chats.close(tx, chatId, readerOf(caller), at);
      if (closed) await this.settle(tx, caller, chatId, closed, at);
      const chat = await this.views.get(caller, chatId, tx);
      if (chat.status === 'closed') return chat;
      throw new Problem(403, 'not_owner', 'Only who holds the chat, a supervisor or an admin may close it.');
    });
  }

  private async settle(tx: Tx, caller: Caller, chatId: string, closed: ClosedChat, at: Date): Promise<void> {
    const { queue_id: queueId, agent_id: agentId, close_reason: reason } = closed;
    if (agentId !== null) {
      await this.loads.lower(tx, agentId, queueId);
      await this.chats.endOwnership(tx, chatId, at);
    }
    await this.lines.append(tx, chatId, `${caller.name} closed the chat`, at);
    const closedBy = caller.kind === 'user' ? caller.id : null;
    await this.events.record(tx, [
      {
        type: 'chat.closed',
        at,
        chatId,
        audience: audienceOf(queueId, agentId),
        data: { queueId, agentId, closedBy, reason, status: 'closed' },
      },
    ]);
  }
}
