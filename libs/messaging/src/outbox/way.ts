import { Injectable } from '@nestjs/common';
import { ContactBook } from '#contacts';
import { Database } from '#database';
import { MessengerRegistry, type ChannelAccount, type OutcomeMessageWorker, type Recipient } from '#messenger-kit';
import { Channels } from '#registration';
import type { Course } from './pacer.js';

/** How a chat's messages get out: from which account, to whom, by which worker. */
export interface Way {
  readonly account: ChannelAccount;
  readonly recipient: Recipient;
  readonly outcome: OutcomeMessageWorker;
  readonly course: Course;
}

@Injectable()
export class Ways {
  constructor(
    private readonly database: Database,
    private readonly contacts: ContactBook,
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
  ) {}

  /** Not to be called within a transaction. Throws when the identity is gone, or this build has no such messenger. */
  async to({ channelId, identityId }: Course): Promise<Way> {
    const account = await this.channels.account(channelId);
    const recipient = await this.contacts.recipientOf(this.database, identityId);
    if (!recipient) throw new Error(`Identity ${identityId} is gone`);
    const { outcome } = this.messengers.require(account.messenger);
    return { account, recipient, outcome, course: { channelId, identityId } };
  }
}
