import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Page } from '#api-kit';
import { EphemeralEvents } from '#events';
import { type Caller, requireUser } from '#identity';
import { Jobs } from '#jobs';
import { watchersOf } from '../chat/audience.js';
import { ChatAccess } from '../chat/chat-access.js';
import type { VisibleChat } from '../chat/chat-access.repository.js';
import type { OnlookerDto } from './presence.dto.js';
import { PresenceRepository } from './presence.repository.js';

/** A frontend says it again sooner than that. */
const SECONDS = 15;

/** Who has a chat before their eyes, and who is writing. True for seconds, told at once, never part of the log. */
@Injectable()
export class Presence implements OnModuleInit {
  constructor(
    private readonly access: ChatAccess,
    private readonly presence: PresenceRepository,
    private readonly ephemeral: EphemeralEvents,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('chats.forget-presence', '*/10 * * * *', () => this.presence.forgetGone());
  }

  /** Answers who is looking now, the caller included. */
  async show(caller: Caller, chatId: string, typing = false): Promise<Page<OnlookerDto>> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    await this.presence.show(chat.id, userId, SECONDS);
    await this.tell('chat.looking', chat, userId, caller.name);
    if (typing) await this.tell('chat.typing', chat, userId, caller.name);
    return this.lookersOf(chat);
  }

  /** Those who listen learn it when the caller's time is over. */
  async hide(caller: Caller, chatId: string): Promise<void> {
    const userId = requireUser(caller);
    const chat = await this.access.require(caller, chatId);
    await this.presence.hide(chat.id, userId);
  }

  async list(caller: Caller, chatId: string): Promise<Page<OnlookerDto>> {
    return this.lookersOf(await this.access.require(caller, chatId));
  }

  private async lookersOf({ id }: VisibleChat): Promise<Page<OnlookerDto>> {
    return { data: await this.presence.of(id), page: { next: null, prev: null } };
  }

  private tell(type: 'chat.looking' | 'chat.typing', chat: VisibleChat, userId: string, name: string): Promise<void> {
    const audience = watchersOf(chat);
    return this.ephemeral.publish({ type, at: new Date(), chatId: chat.id, audience, data: { userId, name } });
  }
}
