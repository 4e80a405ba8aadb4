import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Attachments } from '#attachments';
import { newId, type Tx } from '#database';
import { EventLog } from '#events';
import type { Caller } from '#identity';
import type { MessageContent } from '#messenger-kit';
import { hearersOf } from '../chat/audience.js';
import { previewOf } from '../message/preview.js';
import { DraftRepository, type SentDraft } from '../draft/draft.repository.js';
import type { AnswerableChat, QueuedMessage } from './outgoing-message.js';
import { type Author, OutgoingRepository } from './outgoing.repository.js';

/** Outbound messages of a chat: numbered and stored when accepted. `Deliveries` knows their fate. */
@Injectable()
export class OutgoingMessages {
  constructor(
    private readonly repository: OutgoingRepository,
    private readonly attachments: Attachments,
    private readonly events: EventLog,
    private readonly drafts: DraftRepository,
  ) {}

  /**
   * Locks the chat for an answer by `caller` and says whom it goes to. A chat the caller may not see is a 404; one that
   * is closed, not accepted, or another agent's is a 409 that says so, and who holds it.
   */
  async answerable(tx: Tx, caller: Caller, chatId: string): Promise<AnswerableChat> {
    const chat = await this.repository.lockForAnswer(tx, chatId, caller.id);
    const watcher = caller.role !== 'agent';
    const mine = caller.kind === 'user' && chat?.agentId === caller.id;
    if (!chat || !(watcher || mine || chat.visible)) throw Problem.notFound('chat');
    if (chat.status === 'closed') throw Problem.conflict('chat_closed', 'This chat is closed.');
    if (chat.status === 'waiting') throw Problem.conflict('chat_not_accepted', 'Accept the chat before answering.');
    if (!mine && !watcher) throw heldByAnother(chat);
    return chat;
  }

  /**
   * Numbers and stores the parts of one answer as `queued`, and binds its uploads to them. The chat must be locked by
   * `answerable`, the uploads taken in the same transaction.
   */
  enqueue(
    tx: Tx,
    chat: AnswerableChat,
    { kind, id }: Pick<Caller, 'kind' | 'id'>,
    parts: readonly MessageContent[],
  ): Promise<QueuedMessage[]> {
    return this.store(tx, chat, { kind: kind === 'user' ? 'agent' : 'bot', id }, parts);
  }

  /** The same for what the chat's queue says by itself, in closed chats too. The chat must be locked by `DueTexts.take`. */
  enqueueOfQueue(tx: Tx, chat: AnswerableChat, parts: readonly MessageContent[]): Promise<QueuedMessage[]> {
    return this.store(tx, chat, { kind: 'bot', id: null }, parts);
  }

  /** The caller's draft in the chat is done with, unless it was changed since the answer was made of it. */
  async forgetDraft(tx: Tx, caller: Caller, chatId: string, draft: SentDraft): Promise<void> {
    if (caller.kind === 'user') await this.drafts.removeSent(tx, chatId, caller.id, draft);
  }

  private async store(
    tx: Tx,
    chat: AnswerableChat,
    author: Author,
    parts: readonly MessageContent[],
  ): Promise<QueuedMessage[]> {
    const at = new Date();
    const messages = parts.map((content, index) => ({
      id: newId(),
      seq: chat.lastSeq + 1 + index,
      content,
      queuedAt: at,
    }));
    const human = author.kind === 'agent';
    const events = messages.map(({ id, seq, content }) => ({
      type: 'message.queued' as const,
      at,
      chatId: chat.id,
      seq,
      audience: hearersOf(chat),
      data: { messageId: id, preview: previewOf(content), authorId: author.id },
    }));
    await Promise.all([
      this.repository.insert(tx, chat, messages, author),
      this.attach(tx, chat.id, messages),
      this.repository.bump(tx, chat.id, { messages: parts.length, preview: previewOf(parts.at(-1)!), human, at }),
      this.events.record(tx, events),
    ]);
    return messages;
  }

  /** Uploads belong to their message from now on. */
  private async attach(tx: Tx, chatId: string, messages: readonly QueuedMessage[]): Promise<void> {
    for (const { id, content } of messages) {
      await this.attachments.attach(
        tx,
        chatId,
        id,
        (content.attachments ?? []).flatMap((one) => one.id ?? []),
      );
    }
  }

  /** The messenger's id of one of the chat's messages; Problem 422 where there is none to refer to. */
  async externalIdOf(tx: Tx, chatId: string, messageId: string): Promise<string> {
    const externalId = await this.repository.externalIdOf(tx, chatId, messageId);
    if (externalId) return externalId;
    const detail = 'is no message of this chat that the messenger knows';
    throw Problem.invalid('The message to reply to cannot be quoted.', [{ pointer: '#/replyTo', detail }]);
  }
}

function heldByAnother({ agentId, agentName }: AnswerableChat): Problem {
  const detail = `${agentName} holds this chat; only who holds it, a supervisor or an admin may answer.`;
  return Problem.conflict('not_owner', detail, { holder: { id: agentId, name: agentName } });
}
