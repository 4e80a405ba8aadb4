import { Injectable, Logger } from '@nestjs/common';
import { type ChannelAccount, type InboundEvent, MessengerRegistry, parseJson } from '#messenger-kit';
import { Channels } from '#registration';
import { Delivery } from '../inbox/parcel.js';
import { RawBodies } from '../ledger/raw-bodies.repository.js';
import { readHandedIn } from '../unified/read-handed-in.js';
import { Reception } from './reception.js';
import type { ReplayOrder } from './replay-order.js';
import { type KeptCall, ReplayRepository } from './replay.repository.js';

const CALLS_AT_ONCE = 50;

/**
 * Converts kept bodies with today's code and takes in what was not stored when it came, or not understood. What is shown
 * stays as it is.
 */
@Injectable()
export class Replayer {
  private readonly logger = new Logger(Replayer.name);

  constructor(
    private readonly repository: ReplayRepository,
    private readonly rawBodies: RawBodies,
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
    private readonly reception: Reception,
  ) {}

  /** How many events were stored or understood now. Rejects when the database is away; beginning anew repeats nothing. */
  async carryOut(order: ReplayOrder): Promise<number> {
    let stored = 0;
    let last: KeptCall | undefined;
    for (;;) {
      const calls = await this.repository.calls(order, last, CALLS_AT_ONCE);
      for (const call of calls) stored += await this.replay(order.channelId, call);
      last = calls.at(-1);
      if (calls.length < CALLS_AT_ONCE) break;
    }
    this.logger.log(`Channel ${order.channelId}: ${stored} events were taken in again`);
    return stored;
  }

  private async replay(channelId: string, { rawId, receivedAt, keys, stored: shown }: KeptCall): Promise<number> {
    const body = await this.rawBodies.read(rawId);
    if (!body) return 0;
    const account = await this.channels.account(channelId);
    const wanted = new Set(keys);
    const handedIn = this.handedIn(account, body);
    const events = handedIn && wanted.has(handedIn.key) ? [handedIn] : this.converted(account, body);
    const delivery = new Delivery(account.messenger, body, receivedAt);
    let stored = 0;
    for (const event of events) {
      if (wanted.has(event.key) && (await this.reception.again(delivery, event))) stored += 1;
    }
    const understood = new Set(events.map(({ key }) => key));
    const outdated = keys.filter((key) => !understood.has(key) && !shown.includes(key));
    return stored + (await this.reception.instead(channelId, outdated, delivery, events));
  }

  /** What a program handed in is kept in the unified form, whatever the messenger's own is; its key tells that it is one. */
  private handedIn({ messenger, source }: ChannelAccount, body: Buffer): InboundEvent | undefined {
    const event = readHandedIn(parseJson(body), source, this.messengers.require(messenger).income);
    return event.kind === 'message' ? event : undefined;
  }

  private converted(account: ChannelAccount, body: Buffer): InboundEvent[] {
    const { income, registration } = this.messengers.require(account.messenger);
    const named = registration.callback === 'channel' ? account : undefined;
    return income.convert({ headers: {}, body }, named).filter(({ source }) => source === account.source);
  }
}
