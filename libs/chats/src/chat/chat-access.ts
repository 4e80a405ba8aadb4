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

  /**
   * The same for something in writing about the person. Problem 409 `person_erased`: what is known of them is gone, or is just
   * being erased. The person is locked before the chat, as by who erases them.
   */
  async holdForWriting(tx: Tx, caller: Caller, chatId: string): Promise<VisibleChat> {
    const isKnown = await this.chats.holdPerson(tx, chatId);
    const chat = await this.hold(tx, caller, chatId);
    if (!isKnown)
      throw Problem.conflict('person_erased', 'This person was erased: nothing is written down about them.');
    return chat;
  }
}
