import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog } from '#events';
import { Jobs } from '#jobs';
import { watchersOf } from '../chat/audience.js';
import type { NewChat } from '../intake/intake.repository.js';
import { previewOf } from '../message/preview.js';
import type { AnswerableChat } from '../outgoing/outgoing-message.js';
import { OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
import { fillIn } from '../quick-reply/fill-in.js';
import { DueTextRepository, type TextKind } from './due-text.repository.js';

/** Its payload names a chat in which texts are due. Who can send defines what it does. */
export const SAY_TEXTS_JOB = 'chats.say-texts';

/** What a queue wants said in a chat, whose row is held meanwhile. */
export interface QueueText {
  readonly chat: AnswerableChat;
  readonly kind: TextKind;
  readonly text: string;
  readonly dueAt: Date;
  /** Whether another system has the conversation. */
  readonly standby: boolean;
}

const NAMES = { greeting: 'greeting', closing: 'closing text' } as const;

/**
 * What queues say by themselves. A text is due from the commit that opened or closed the chat, and is so no more with
 * the one that queues it as a message or gives it up: whatever dies in between, it is said once. A job brings it there;
 * that it may run twice does no harm.
 */
@Injectable()
export class DueTexts {
  constructor(
    private readonly repository: DueTextRepository,
    private readonly chats: OutgoingRepository,
    private readonly lines: SystemLines,
    private readonly events: EventLog,
    private readonly jobs: Jobs,
  ) {}

  /** For chats that a contact's message has just opened. Asks the database nothing where no queue has a greeting. */
  async greet(tx: Tx, opened: readonly NewChat[], at: Date): Promise<void> {
    const greeted = opened.flatMap(({ id, greeting }) => (greeting === null ? [] : [{ id, greeting }]));
    if (greeted.length === 0) return;
    await this.repository.addGreetings(tx, greeted, at);
    await this.announce(
      tx,
      greeted.map(({ id }) => id),
    );
  }

  /** For a chat that was just closed. */
  async part(tx: Tx, chatId: string, at: Date): Promise<void> {
    if (await this.repository.addClosing(tx, chatId, at)) await this.announce(tx, [chatId]);
  }

  /** Locks the chat and takes what is due in it first; undefined where nothing is. Queue it, or `giveUp`, in the same transaction. */
  async take(tx: Tx, chatId: string): Promise<QueueText | undefined> {
    const chat = await this.chats.lockForAnswer(tx, chatId, null);
    const due = chat && (await this.repository.takeFirst(tx, chatId));
    if (!due) return undefined;
    const { text, names, ...what } = due;
    return { chat, ...what, text: fillIn(text, names) };
  }

  /** The text is not said; a line of the chat tells why. */
  async giveUp(tx: Tx, { chat, kind }: QueueText, why: string): Promise<void> {
    const [at, text] = [new Date(), `The ${NAMES[kind]} of the queue was not sent: ${why}`];
    const { id: messageId, seq } = await this.lines.append(tx, chat.id, text, at);
    const data = { messageId, preview: previewOf({ text }) };
    await this.events.record(tx, [
      { type: 'message.noted', at, chatId: chat.id, seq, audience: watchersOf(chat), data },
    ]);
  }

  private announce(tx: Tx, chatIds: readonly string[]): Promise<void> {
    return this.jobs.enqueue(
      tx,
      SAY_TEXTS_JOB,
      chatIds.map((chatId) => ({ chatId })),
    );
  }
}
