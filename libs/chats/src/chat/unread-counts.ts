import { Injectable } from '@nestjs/common';
import { type Caller, requireUser } from '#identity';
import type { CountDto } from './chat.dto.js';
import { UnreadRepository } from './unread.repository.js';

/** What an agent has not read yet: in the open chats they own and, while active, in those waiting for them. */
@Injectable()
export class UnreadCounts {
  constructor(private readonly unread: UnreadRepository) {}

  async getUnreadChatsCount(caller: Caller): Promise<CountDto> {
    return { count: (await this.unread.of(requireUser(caller))).chats };
  }

  async getUnreadMessagesCount(caller: Caller): Promise<CountDto> {
    return { count: (await this.unread.of(requireUser(caller))).messages };
  }
}
