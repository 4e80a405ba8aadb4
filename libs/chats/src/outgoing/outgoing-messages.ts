import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { newId, type Tx } from '#database';
import { EventLog, type NewEvent } from '#events';
import type { Caller } from '#identity';
import type { MessageContent } from '#messenger-kit';
import { previewOf } from '../message/preview.js';
import type { AnswerableChat, Failure, OutgoingHead, QueuedMessage, StatusChange } from './outgoing-message.js';
import { OutgoingRepository } from './outgoing.repository.js';

/** Outbound messages of a chat: numbered and stored when accepted, moved from status to status as their fate is known. */
@Injectable()
export class OutgoingMessages {
  constructor(
    private readonly repository: OutgoingRepository,
    private readonly events: EventLog,
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

  /** Numbers and stores the parts of one answer as `queued`. The chat must be locked by `answerable`. */
  async enqueue(
    tx: Tx,
    chat: AnswerableChat,
    caller: Caller,
    parts: readonly MessageContent[],
  ): Promise<QueuedMessage[]> {
    const at = new Date();
    const messages = parts.map((content, index) => ({
      id: newId(),
      seq: chat.lastSeq + 1 + index,
      content,
      queuedAt: at,
    }));
    await this.repository.insert(tx, chat, messages, { kind: caller.kind === 'user' ? 'agent' : 'bot', id: caller.id });
    await this.repository.bump(tx, chat.id, messages.at(-1)!.seq, previewOf(parts.at(-1)!), at);
    await this.events.record(
      tx,
      messages.map(({ id, seq, content }) => ({
        type: 'message.queued',
        at,
        chatId: chat.id,
        seq,
        audience: audienceOf(chat),
        data: { messageId: id, preview: previewOf(content), authorId: caller.id },
      })),
    );
    return messages;
  }

  /** The messenger's id of one of the chat's messages; Problem 422 where there is none to refer to. */
  async externalIdOf(tx: Tx, chatId: string, messageId: string): Promise<string> {
    const externalId = await this.repository.externalIdOf(tx, chatId, messageId);
    if (externalId) return externalId;
    const detail = 'is no message of this chat that the messenger knows';
    throw Problem.invalid('The message to reply to cannot be quoted.', [{ pointer: '#/replyTo', detail }]);
  }

  /** Takes the chat's first queued message and marks it `sending`, before the network is asked. */
  startSending(tx: Tx, chatId: string): Promise<OutgoingHead | undefined> {
    return this.repository.startSending(tx, chatId);
  }

  /** A message found `sending` by whoever takes over may have left: nobody can tell. */
  async leaveUnconfirmed(tx: Tx, chatId: string): Promise<void> {
    await this.announce(tx, await this.repository.leaveUnconfirmed(tx, chatId));
  }

  async markSent(tx: Tx, messageId: string, externalId: string): Promise<void> {
    await this.announce(tx, await this.repository.markSent(tx, messageId, externalId));
  }

  /** `queued` gives the message back to its lane, to be tried again. Changes nothing unless the message is `sending`. */
  async settle(
    tx: Tx,
    messageId: string,
    status: 'queued' | 'failed' | 'unconfirmed',
    failure?: Failure,
  ): Promise<void> {
    await this.announce(tx, await this.repository.settle(tx, messageId, status, failure));
  }

  private async announce(tx: Tx, changes: readonly StatusChange[]): Promise<void> {
    const at = new Date();
    await this.events.record(
      tx,
      changes.map((change) => statusEvent(change, at)),
    );
  }
}

function heldByAnother({ agentId, agentName }: AnswerableChat): Problem {
  const detail = `${agentName} holds this chat; only who holds it, a supervisor or an admin may answer.`;
  return Problem.conflict('not_owner', detail, { holder: { id: agentId, name: agentName } });
}

function audienceOf(chat: { agentId: string | null; queueId: string }) {
  return chat.agentId ? { agents: [chat.agentId] } : { queues: [chat.queueId] };
}

function statusEvent({ id, chatId, seq, status, failure, ...chat }: StatusChange, at: Date): NewEvent {
  const data = { messageId: id, status, ...(failure ? { failure } : {}) };
  return { type: 'message.status_changed', at, chatId, seq, audience: audienceOf(chat), data };
}
