import { Injectable } from '@nestjs/common';
import { type Page, pageOf, Problem } from '#api-kit';
import type { Caller } from '#identity';
import { ChatAccess } from '../chat/chat-access.js';
import { readerOf } from '../chat/reader.js';
import { fillIn } from './fill-in.js';
import { textFor } from './language.js';
import { cursorOf, shortcutAfter } from './quick-replies.js';
import type { FilledQuickReplyDto, QuickReplyQuery } from './quick-reply.dto.js';
import { QuickReplyRepository } from './quick-reply.repository.js';

/** Quick replies as they would be said in a chat. */
@Injectable()
export class ChatQuickReplies {
  constructor(
    private readonly access: ChatAccess,
    private readonly replies: QuickReplyRepository,
  ) {}

  /** Everybody's and the caller's own, of the chat's queue or of none, in the language of the chat's channel. */
  async find(caller: Caller, chatId: string, query: QuickReplyQuery): Promise<Page<FilledQuickReplyDto>> {
    const { cursor, limit, prefix = '' } = query;
    const after = shortcutAfter(cursor);
    const chat = await this.access.require(caller, chatId);
    const names = await this.replies.namesOf(chat.id);
    if (!names) throw Problem.notFound('chat');
    const { userId } = readerOf(caller);
    const found = await this.replies.inQueue({ userId, prefix, after, limit: limit + 1 }, chat.queueId);
    const values = {
      'contact.name': chat.contactName,
      'agent.name': caller.name,
      'queue.name': names.queueName,
      'channel.name': names.channelName,
    };
    const filled = found.flatMap(({ id, ownerId, shortcut, texts }) => {
      const { language, text } = textFor(texts, names.language) ?? { language: names.language, text: '' };
      return { id, shared: ownerId === null, shortcut, language, text: fillIn(text, values) };
    });
    return pageOf(filled, limit, cursorOf);
  }
}
