import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { MessageChanges, type OwnChange } from '#chats';
import { Database, HeldLease, Leases } from '#database';
import { EventLog } from '#events';
import { audit } from '#identity';
import { MessagingOptions } from '../messaging-options.js';
import { insist } from './insist.js';

/** The caller waits: for their turn, and until it is written down. Repeating what the messenger has done already is harmless. */
const SOMEBODY_WAITS_MS = 10_000;

/**
 * What somebody of ours does to a message at its messenger: one after the other in the whole fleet, so that what was said last
 * there is what is written down last.
 */
@Injectable()
export class OwnChanges {
  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly changes: MessageChanges,
    private readonly events: EventLog,
    private readonly options: MessagingOptions,
  ) {}

  /** `work` writes down what the messenger agreed to. Problem 409 `message_busy` where another's turn does not end. */
  async inTurn<T>(messageId: string, work: (write: (change: OwnChange) => Promise<void>) => Promise<T>): Promise<T> {
    const turn = await HeldLease.takeWithin(SOMEBODY_WAITS_MS, this.leases, placeOf(messageId), this.options.leaseMs);
    if (!turn) throw Problem.conflict('message_busy', 'Somebody else is changing this message.');
    try {
      return await work((change) => this.write(messageId, change));
    } finally {
      await turn.release();
    }
  }

  private write(messageId: string, change: OwnChange): Promise<void> {
    return insist(
      () =>
        this.database.transaction(async (tx) => {
          await this.events.record(tx, await this.changes.record(tx, messageId, change));
          if (change.kind !== 'reaction') await audit(tx, { action: DONE[change.kind], subjectId: messageId });
        }),
      SOMEBODY_WAITS_MS,
    );
  }
}

/** What was said before or after is nobody's who reads the audit log, and it is kept for good. */
const DONE = { edit: 'message.edited', deletion: 'message.deleted' } as const;

/** Leases stay as rows: a few thousand names serve all messages, and those that share one wait for each other. */
function placeOf(messageId: string): string {
  return `message-change/${messageId.slice(-3).toLowerCase()}`;
}
