import { Injectable } from '@nestjs/common';
import { OutgoingTargets, type ChatTarget } from '#chats';
import { Database } from '#database';
import type { Caller } from '#identity';
import { MessengerRegistry } from '#messenger-kit';
import { Problem } from '#api-kit';
import { NetworkQuestion } from './network-question.js';

/**
 * Signs of life that a person outside sees: somebody writes, somebody read. Sent when possible, and then forgotten; not where the
 * person talks with another system.
 */
@Injectable()
export class ChatSignals {
  constructor(
    private readonly database: Database,
    private readonly targets: OutgoingTargets,
    private readonly messengers: MessengerRegistry,
    private readonly question: NetworkQuestion,
  ) {}

  /** Shows that `caller` writes; resolves before the network is asked. Problem 422 where the messenger cannot show it. */
  async type(caller: Caller, chatId: string): Promise<void> {
    const target = await this.database.transaction((tx) => this.targets.heldChat(tx, caller, chatId));
    if (!this.messengers.require(target.messenger).outcome.powers.includes('typing')) {
      throw new Problem(422, 'not_supported', 'This messenger cannot show that somebody is writing.');
    }
    this.typing(chatId);
  }

  /** Shows that somebody writes, where the messenger can. Returns at once; call it after the commit. */
  typing(chatId: string): void {
    void this.sayIn(chatId, 'typing');
  }

  /** Shows that the messages were seen, where the messenger can. Returns at once; call it after the commit. */
  seen(chatId: string): void {
    void this.sayIn(chatId, 'mark_seen');
  }

  private async sayIn(chatId: string, what: 'typing' | 'mark_seen'): Promise<void> {
    const target = await this.targets.chat(chatId).catch(() => undefined);
    if (target && !target.standby) await this.say(target, what);
  }

  private say(target: ChatTarget, what: 'typing' | 'mark_seen'): Promise<void> {
    return this.question.mention(target, what, (outcome, context) =>
      what === 'typing' ? outcome.typing?.(context) : outcome.markSeen?.(context),
    );
  }
}
