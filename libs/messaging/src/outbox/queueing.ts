import { Injectable } from '@nestjs/common';
import { Deliveries, type MessageTarget } from '#chats';
import type { Tx } from '#database';
import { MessengerRegistry } from '#messenger-kit';
import { Deliverer } from './deliverer.js';
import { LanesRepository } from './lanes.repository.js';
import { allowedNow } from './send-policy.js';

/** Puts a message back into its lane. */
@Injectable()
export class Queueing {
  constructor(
    private readonly messages: Deliveries,
    private readonly lanes: LanesRepository,
    private readonly messengers: MessengerRegistry,
    private readonly deliverer: Deliverer,
  ) {}

  /** False when the message is in none of the states `from`. Problem 409 when its messenger's rules forbid it now. */
  async again(
    tx: Tx,
    message: MessageTarget,
    from: readonly ('failed' | 'expired' | 'unconfirmed')[],
  ): Promise<boolean> {
    allowedNow(this.messengers.require(message.messenger), message);
    if (!(await this.messages.requeue(tx, message.id, from))) return false;
    await this.lanes.extend(tx, message.chatId, message.channelId);
    return true;
  }

  /** After the commit. */
  wake(): void {
    this.deliverer.wake();
  }
}
