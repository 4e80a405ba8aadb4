import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
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

  /** Problem 409 `person_erased`: what was said to them is gone, and a window that was left open would bring it back. */
  async save(caller: Caller, chatId: string, text: string): Promise<DraftDto> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    const clean = cleanText(text);
    if (clean.trim() === '') {
      await this.drafts.remove(chat.id, userId);
      return NONE;
    }
    const saved = await this.drafts.save(chat.id, userId, clean);
    if (!saved) throw Problem.conflict('person_erased', 'This person was erased: no draft is kept.');
    return saved;
  }

  async remove(caller: Caller, chatId: string): Promise<void> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    await this.drafts.remove(chat.id, userId);
  }
}
