import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isId, type Tx } from '#database';
import { Jobs } from '#jobs';
import { Deadline, MessengerRegistry } from '#messenger-kit';
import { Channels } from '#registration';
import { MessagingOptions } from '../messaging-options.js';

const JOB = 'messaging.acknowledge';
/** Within seconds, or never: who presses a button and sees nothing presses it again. */
const TRIES = 3;

export interface Acknowledgement {
  readonly channelId: string;
  /** `InboundMessage.acknowledge`. */
  readonly token: string;
}

/** Tells a network that an inbound message was noticed, where it waits to hear that. */
@Injectable()
export class Acknowledgements implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
    private readonly options: MessagingOptions,
  ) {}

  onModuleInit(): void {
    this.jobs.define(JOB, (payload) => this.run(payload));
  }

  /** In the transaction that stores the messages: one statement, none for none. */
  enqueue(tx: Tx, acknowledgements: readonly Acknowledgement[]): Promise<void> {
    return this.jobs.enqueue(tx, JOB, acknowledgements, { maxAttempts: TRIES });
  }

  /** Rejects when it is worth another try; a network that refuses (mostly: too late) is not asked again. */
  async run(payload: unknown): Promise<void> {
    if (!isAcknowledgement(payload)) throw new Error(`A job of ${JOB} names no channel and token`);
    const account = await this.channels.account(payload.channelId);
    const { outcome } = this.messengers.require(account.messenger);
    const deadline = new Deadline(this.options.callTimeoutMs);
    const context = { account, signal: deadline.signal };
    const verdict = await outcome.acknowledge?.(payload.token, context).finally(() => deadline.end());
    if (verdict?.kind === 'unknown') throw new Error('The messenger did not answer');
    if (verdict?.kind === 'rejected' && verdict.class === 'retryAfter') throw new Error('The messenger is busy');
  }
}

function isAcknowledgement(payload: unknown): payload is Acknowledgement {
  if (typeof payload !== 'object' || payload === null) return false;
  return 'channelId' in payload && isId(payload.channelId) && 'token' in payload && typeof payload.token === 'string';
}
