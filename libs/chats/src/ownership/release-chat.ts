import { Injectable } from '@nestjs/common';
import type { Caller } from '#identity';
import type { ChatDto } from '../chat/chat.dto.js';
import { readerOf } from '../chat/reader.js';
import { Handover, refuseUnlessInHand } from './handover.js';

@Injectable()
export class ReleaseChat {
  constructor(private readonly handover: Handover) {}

  /**
   * Gives a chat back to its queue, for its owner, a supervisor or an admin. It waits again at its old place; repeating
   * is harmless as long as it waits.
   */
  releaseChat(caller: Caller, chatId: string): Promise<ChatDto> {
    return this.handover.handOver(caller, chatId, (_, chat) => {
      if (!chat.agent && (chat.readersLast || readerOf(caller).seesAll)) return undefined;
      refuseUnlessInHand(caller, chat);
      const { queue } = chat;
      return { how: 'released', queue, agent: null, line: `${caller.name} gave the chat back to ${queue.name}` };
    });
  }
}
