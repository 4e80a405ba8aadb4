import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Tx } from '#database';
import type { Caller } from '#identity';
import { MessengerRegistry } from '#messenger-kit';
import type { ChatDto } from './chat.dto.js';
import { ChatRepository } from './chat.repository.js';
import { viewOf } from './chat-view.js';
import { readerOf } from './reader.js';

@Injectable()
export class ChatViews {
  constructor(
    private readonly chats: ChatRepository,
    private readonly messengers: MessengerRegistry,
  ) {}

  /** The chat as the caller sees it, or Problem 404. */
  async get(caller: Caller, chatId: string, tx?: Tx): Promise<ChatDto> {
    const chat = await this.chats.view(readerOf(caller), chatId, tx);
    if (!chat) throw Problem.notFound('chat');
    const { draft } = chat;
    const view = viewOf(chat, this.messengers, new Date());
    return { ...view, draft: draft && { ...draft, updatedAt: new Date(draft.updatedAt) } };
  }
}
