import { Injectable } from '@nestjs/common';
import { type Caller, requireUser } from '#identity';
import { cleanText } from '#messenger-kit';
import { ChatAccess } from '../chat/chat-access.js';
import type { DraftDto } from './draft.dto.js';
import { DraftRepository } from './draft.repository.js';

const NONE: DraftDto = { text: '', version: null, updatedAt: null };

/** What a person has typed in a chat and not sent; nobody else sees it. */
@Injectable()
export class Drafts {
  constructor(
    private readonly access: ChatAccess,
    private readonly drafts: DraftRepository,
  ) {}

  async get(caller: Caller, chatId: string): Promise<DraftDto> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    return (await this.drafts.find(chat.id, userId)) ?? NONE;
  }

  async save(caller: Caller, chatId: string, text: string): Promise<DraftDto> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    const clean = cleanText(text);
    if (clean.trim() !== '') return this.drafts.save(chat.id, userId, clean);
    await this.drafts.remove(chat.id, userId);
    return NONE;
  }

  async remove(caller: Caller, chatId: string): Promise<void> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    await this.drafts.remove(chat.id, userId);
  }
}
