import { Injectable } from '@nestjs/common';
import { type Caller, requireUser } from '#identity';
import type { ChatDto } from '../chat/chat.dto.js';
import { Handover } from './handover.js';

@Injectable()
export class TakeOverChat {
  constructor(private readonly handover: Handover) {}

  /** Makes the caller the chat's owner, whoever holds it now. Repeating is harmless. The route lets in supervisors and admins only. */
  async takeOverChat(caller: Caller, chatId: string): Promise<ChatDto> {
    const me = { id: requireUser(caller), name: caller.name };
    return this.handover.handOver(caller, chatId, (_, { agent, queue }) => {
      if (agent?.id === me.id) return undefined;
      const line = agent ? `${me.name} took the chat over from ${agent.name}` : `${me.name} took the chat`;
      return { how: 'taken_over', queue, agent: me, line };
    });
  }
}
