import { Injectable } from '@nestjs/common';
import { Attachments } from '#attachments';
import { Database } from '#database';
import type { VisibleChat } from '../chat/chat-access.repository.js';
import type { ConversationMessageDto, MessageDto } from './message.dto.js';
import type { MessageRow } from './message.repository.js';
import { conversationMessageOf, type Files, type Line, unifiedMessageOf } from './message-view.js';

/** Stored messages as callers see them, with the content of what came along. */
@Injectable()
export class MessageViews {
  constructor(
    private readonly database: Database,
    private readonly attachments: Attachments,
  ) {}

  async unified(messages: readonly MessageRow[], chat: VisibleChat): Promise<MessageDto[]> {
    const files = await this.filesOf(messages);
    return messages.map((message) => unifiedMessageOf(message, chat, files));
  }

  async conversation(lines: readonly Line[]): Promise<ConversationMessageDto[]> {
    const files = await this.filesOf(lines.map(({ message }) => message));
    return lines.map((line) => conversationMessageOf(line, files));
  }

  /** One statement for a page, none where nothing has content. */
  private filesOf(messages: readonly MessageRow[]): Promise<Files> {
    const attachments = messages.flatMap(({ content }) => content?.attachments ?? []);
    return this.attachments.views(
      this.database,
      attachments.flatMap(({ id }) => id ?? []),
    );
  }
}
