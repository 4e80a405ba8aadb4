import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '#database';
import { Jobs } from '#jobs';
import { audienceOf } from '../chat/audience.js';
import { ChangeOfHands } from '../ownership/change-of-hands.js';
import { DueTexts } from '../queue-text/due-texts.js';
import { SilenceRepository, type SilentChat } from './silence.repository.js';

const EVERY_MINUTE = '* * * * *';
const AT_ONCE = 500;

/** Closes chats in which nothing was said for as long as their queue allows. */
@Injectable()
export class SilentChats implements OnModuleInit {
  constructor(
    private readonly silence: SilenceRepository,
    private readonly database: Database,
    private readonly hands: ChangeOfHands,
    private readonly jobs: Jobs,
    private readonly texts: DueTexts,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('chats.close-silent', EVERY_MINUTE, async () => void (await this.closeAll(new Date())));
  }

  /** Each in a transaction of its own: a message that arrives meanwhile keeps its chat open. Answers how many were closed. */
  async closeAll(at: Date): Promise<number> {
    let closed = 0;
    for (;;) {
      const overdue = await this.silence.overdue(at, AT_ONCE);
      const outcomes: boolean[] = [];
      for (const chatId of overdue) {
        outcomes.push(await this.database.transaction((tx) => this.close(tx, chatId, at)));
      }
      closed += outcomes.filter(Boolean).length;
      if (overdue.length < AT_ONCE || !outcomes.includes(true)) return closed;
    }
  }

  private async close(tx: Tx, chatId: string, at: Date): Promise<boolean> {
    const closed = await this.silence.close(tx, chatId, at);
    if (!closed) return false;
    await this.settle(tx, chatId, closed, at);
    await this.texts.part(tx, chatId, at);
    return true;
  }

  private async settle(tx: Tx, chatId: string, chat: SilentChat, at: Date): Promise<void> {
    const { queue_id: queueId, agent_id: agentId, offered_to: offeredTo, minutes } = chat;
    await this.hands.settle(tx, {
      chatId,
      how: 'closed',
      by: null,
      from: agentId === null ? null : { agentId, queueId },
      to: null,
      offeredTo,
      line: `The chat was closed after ${minutes} minutes of silence`,
      event: {
        type: 'chat.closed',
        at,
        chatId,
        audience: audienceOf(queueId, agentId),
        data: { queueId, agentId, closedBy: null, reason: 'timeout', status: 'closed' },
      },
    });
  }
}
