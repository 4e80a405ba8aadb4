import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DueTexts, SAY_TEXTS_JOB } from '#chats';
import { Database, isId, type Tx } from '#database';
import { Jobs } from '#jobs';
import { Deliverer } from './deliverer.js';
import { QueueTexts } from './queue-texts.js';

/** Says what queues say by themselves. */
@Injectable()
export class QueueVoice implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly due: DueTexts,
    private readonly texts: QueueTexts,
    private readonly deliverer: Deliverer,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.define(SAY_TEXTS_JOB, (payload) => this.say(payload));
  }

  /** All that is due in a chat, in its order. Harmless when repeated; rejects when the database is away. */
  async say(payload: unknown): Promise<void> {
    if (!isChat(payload)) throw new Error(`A job of ${SAY_TEXTS_JOB} names no chat`);
    while (await this.database.transaction((tx) => this.sayNext(tx, payload.chatId)));
    this.deliverer.wake();
  }

  private async sayNext(tx: Tx, chatId: string): Promise<boolean> {
    const text = await this.due.take(tx, chatId);
    if (!text) return false;
    const refusal = await this.texts.queue(tx, text);
    if (refusal !== undefined) await this.due.giveUp(tx, text, refusal);
    return true;
  }
}

function isChat(payload: unknown): payload is { readonly chatId: string } {
  return typeof payload === 'object' && payload !== null && 'chatId' in payload && isId(payload.chatId);
}
