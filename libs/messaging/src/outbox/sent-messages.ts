import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { OutgoingTargets, type MessageTarget } from '#chats';
import { Database } from '#database';
import type { Caller } from '#identity';
import { cleanText, MessengerRegistry } from '#messenger-kit';
import { stateOf, type MessageStateDto } from './message-state.dto.js';
import { NetworkQuestion } from './network-question.js';
import { OwnChanges } from './own-changes.js';

/**
 * What is done to messages that the messenger has already: it is asked first, and what it agreed to is written down with
 * its event in one commit. For the chat's holder, supervisors and admins, as long as the chat is open.
 */
@Injectable()
export class SentMessages {
  constructor(
    private readonly database: Database,
    private readonly targets: OutgoingTargets,
    private readonly messengers: MessengerRegistry,
    private readonly network: NetworkQuestion,
    private readonly changes: OwnChanges,
  ) {}

  /** Gives a message of ours another text. Problems as of `NetworkQuestion.ask`, 422 for a text the messenger refuses. */
  async edit(caller: Caller, messageId: string, given: string): Promise<MessageStateDto> {
    const text = cleanText(given);
    if (!text.trim()) throw Problem.invalid('Write something.', [{ pointer: '#/text', detail: 'is empty' }]);
    return this.changes.inTurn(messageId, async (write) => {
      const message = await this.target(caller, messageId);
      refuseUnlessSentByUs(message);
      const content = { ...message.content, text };
      this.refuseWhatIsTooMuch(message, content);
      await this.network.ask(message, 'edit', caller.kind === 'user', (outcome, context) =>
        outcome.edit?.(message.externalIds[0]!, content, context),
      );
      await write({ kind: 'edit', content });
      return stateOf(message, message.status);
    });
  }

  /** Takes a message of ours back, all that the messenger made of it. Harmless when that was done before. */
  async delete(caller: Caller, messageId: string): Promise<void> {
    await this.changes.inTurn(messageId, async (write) => {
      const message = await this.target(caller, messageId);
      if (message.deletedAt) return;
      refuseUnlessSentByUs(message);
      for (const externalId of message.externalIds) {
        await this.network.ask(message, 'delete', caller.kind === 'user', (outcome, context) =>
          outcome.delete?.(externalId, context),
        );
      }
      await write({ kind: 'deletion' });
    });
  }

  /** Reacts to a message of either side; without an emoji our reaction is taken back. */
  async react(caller: Caller, messageId: string, emoji: string | undefined): Promise<void> {
    await this.changes.inTurn(messageId, async (write) => {
      const message = await this.target(caller, messageId);
      refuseUnlessThere(message);
      await this.network.ask(message, 'react', caller.kind === 'user', (outcome, context) =>
        outcome.react?.(message.externalIds[0]!, emoji, context),
      );
      await write({ kind: 'reaction', emoji });
    });
  }

  private target(caller: Caller, messageId: string): Promise<MessageTarget> {
    return this.database.transaction((tx) => this.targets.message(tx, caller, messageId));
  }

  private refuseWhatIsTooMuch({ messenger }: MessageTarget, content: MessageTarget['content']): void {
    const { outcome } = this.messengers.require(messenger);
    const refusal = outcome.refusal(content);
    if (refusal)
      throw new Problem(422, refusal.code, refusal.sentence, {}, [{ pointer: '#/text', detail: refusal.sentence }]);
    if (outcome.expand(content).length > 1) {
      throw Problem.invalid('This is too long for one message.', [{ pointer: '#/text', detail: 'is too long' }]);
    }
  }
}

function refuseUnlessSentByUs(message: MessageTarget): void {
  if (message.direction !== 'outbound') throw Problem.conflict('not_ours', 'Only a message of ours can be changed.');
  refuseUnlessThere(message);
}

/** The messenger must have it: otherwise there is nothing it could be asked about. */
function refuseUnlessThere({ externalIds, deletedAt }: MessageTarget): void {
  if (deletedAt) throw Problem.conflict('message_deleted', 'This message was deleted.');
  if (externalIds.length === 0) throw Problem.conflict('not_sent', 'The messenger does not have this message.');
}
