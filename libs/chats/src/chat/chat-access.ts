import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Tx } from '#database';
import type { Caller } from '#identity';
import { ChatAccessRepository, type VisibleChat } from './chat-access.repository.js';
import { readerOf } from './reader.js';

/** Which chats a caller may see: agents their own and the waiting ones of their queues, supervisors and admins all. */
@Injectable()
export class ChatAccess {
  constructor(private readonly chats: ChatAccessRepository) {}

  /** The chat, or Problem 404 where it does not exist or is not for the caller. */
  async require(caller: Caller, chatId: string, tx?: Tx): Promise<VisibleChat> {
    const chat = await this.chats.see(readerOf(caller), chatId, tx);
    if (!chat) throw Problem.notFound('chat');
    return chat;
  }

  /** The same, and nobody else changes the chat before the transaction ends. */
  async hold(tx: Tx, caller: Caller, chatId: string): Promise<VisibleChat> {
    await this.chats.lock(tx, chatId);
    return this.require(caller, chatId, tx);
  }
}
