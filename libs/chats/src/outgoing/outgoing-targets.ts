import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Tx } from '#database';
import type { Caller } from '#identity';
import { ChatAccess } from '../chat/chat-access.js';
import { OutgoingMessages } from './outgoing-messages.js';
import type { ChatTarget, MessageTarget } from './outgoing-target.js';
import { OutgoingTargetsRepository } from './outgoing-targets.repository.js';

/** What an agent may do something with, besides answering: a message that is there, a chat they hold. */
@Injectable()
export class OutgoingTargets {
  constructor(
    private readonly repository: OutgoingTargetsRepository,
    private readonly messages: OutgoingMessages,
    private readonly access: ChatAccess,
  ) {}

  /** Whom a chat is with; undefined when there is no such chat. Asks nobody's permission. */
  chat(chatId: string): Promise<ChatTarget | undefined> {
    return this.repository.chat(chatId);
  }

  /** The same for the chat's holder, supervisors and admins, as long as it is open. Problems as of `answerable`. */
  async heldChat(tx: Tx, caller: Caller, chatId: string): Promise<ChatTarget> {
    const { id, channelId, identityId, messenger, lastInboundAt } = await this.messages.answerable(tx, caller, chatId);
    return { chatId: id, channelId, identityId, messenger, lastInboundAt };
  }

  /**
   * The message, for whoever may answer in its chat; the chat is locked. Problem 404 where the message does not exist or
   * its chat is not for the caller, 409 where the chat is closed, not accepted, or another agent's.
   */
  async message(tx: Tx, caller: Caller, messageId: string): Promise<MessageTarget> {
    const chatId = await this.repository.chatOf(tx, messageId);
    if (chatId === undefined) throw Problem.notFound('message');
    await asMessage(this.messages.answerable(tx, caller, chatId));
    return this.read(tx, messageId);
  }

  /** The same, but in closed chats as well: for what only says what became of a message. */
  async messageOfAnyChat(tx: Tx, caller: Caller, messageId: string): Promise<MessageTarget> {
    const chatId = await this.repository.chatOf(tx, messageId);
    if (chatId === undefined) throw Problem.notFound('message');
    const { status } = await asMessage(this.access.require(caller, chatId, tx));
    if (status !== 'closed') await asMessage(this.messages.answerable(tx, caller, chatId));
    return this.read(tx, messageId);
  }

  private async read(tx: Tx, messageId: string): Promise<MessageTarget> {
    const target = await this.repository.message(tx, messageId);
    if (!target) throw Problem.notFound('message');
    return target;
  }
}

/** Who asked for a message hears of a message. */
async function asMessage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Problem && error.statusCode === 404) throw Problem.notFound('message');
    throw error;
  }
}
