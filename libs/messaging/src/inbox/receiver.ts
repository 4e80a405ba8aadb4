import { Injectable } from '@nestjs/common';
import { ChatIntake, type Arrival } from '#chats';
import { ContactBook } from '#contacts';
import { ReceivingDatabase, type Tx } from '#database';
import { EventLog } from '#events';
import type { InboundEvent, InboundMessage } from '#messenger-kit';
import { Channels, type ChannelForEvents } from '#registration';
import { LedgerRepository, type LedgerEntry, type Outcome } from '../ledger/ledger.repository.js';
import { RawBodies } from '../ledger/raw-bodies.repository.js';
import { totalsOf } from '../ledger/totals.js';
import type { Parcel } from './parcel.js';

/** A parcel whose channel is known, with the outcome it will have unless it came before. */
interface Claimed extends Parcel {
  readonly channel: ChannelForEvents;
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/** The common receiving path of every messenger: one transaction for a batch of events. */
@Injectable()
export class Receiver {
  constructor(
    private readonly database: ReceivingDatabase,
    private readonly channels: Channels,
    private readonly ledger: LedgerRepository,
    private readonly rawBodies: RawBodies,
    private readonly contacts: ContactBook,
    private readonly chats: ChatIntake,
    private readonly events: EventLog,
  ) {}

  receive(parcels: readonly Parcel[]): Promise<void> {
    return this.database.transaction(async (tx) => {
      const { claimed, unclaimed } = await this.claim(tx, parcels);
      const fresh = await this.deduplicate(tx, claimed);
      const arrivals = await this.identify(tx, fresh);
      const news = await this.chats.take(tx, arrivals, new Date());
      await Promise.all([
        this.events.record(tx, news),
        this.ledger.count(tx, totalsOf(claimed, fresh)),
        this.rawBodies.keep(tx, fresh.filter(needsRawBody)),
        this.ledger.countUnclaimed(tx, unclaimed),
      ]);
    });
  }

  /** Records an event the database refused, alone, with its raw body. */
  quarantine(parcel: Parcel, reason: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      const { claimed } = await this.claim(tx, [parcel]);
      const culprits = claimed.map((culprit): Claimed => ({ ...culprit, outcome: 'quarantined', reason }));
      const fresh = await this.deduplicate(tx, culprits);
      await this.ledger.count(tx, totalsOf(culprits, fresh));
      await this.rawBodies.keep(tx, fresh);
    });
  }

  private async claim(tx: Tx, parcels: readonly Parcel[]) {
    const sources = new Map(parcels.map(({ delivery, event }) => [accountOf(delivery.messenger, event.source), event]));
    const pairs = [...sources].map(([key, event]) => ({
      messenger: key.slice(0, key.indexOf('/')),
      source: event.source,
    }));
    const channels = new Map(
      (await this.channels.claim(tx, pairs)).map((channel) => [accountOf(channel.messenger, channel.source), channel]),
    );
    const claimed: Claimed[] = [];
    const unclaimed: Parcel[] = [];
    for (const parcel of parcels) {
      const channel = channels.get(accountOf(parcel.delivery.messenger, parcel.event.source));
      if (channel) claimed.push({ ...parcel, channel, ...verdictOn(parcel.event, channel) });
      else unclaimed.push(parcel);
    }
    return { claimed, unclaimed };
  }

  /** The unique index of the ledger decides; of two equal events in one batch the first is the fresh one. */
  private async deduplicate(tx: Tx, claimed: readonly Claimed[]): Promise<Claimed[]> {
    const firsts = new Map<string, Claimed>();
    for (const parcel of claimed) {
      const key = parcel.channel.id + parcel.event.key;
      if (!firsts.has(key)) firsts.set(key, parcel);
    }
    const entered = await this.ledger.enter(tx, [...firsts.values()].map(toEntry));
    const survivors = new Set(entered.map(({ channelId, key }) => channelId + key));
    return [...firsts].filter(([key]) => survivors.has(key)).map(([, parcel]) => parcel);
  }

  private async identify(tx: Tx, fresh: readonly Claimed[]): Promise<Arrival[]> {
    const stored = fresh.filter((parcel) => parcel.outcome === 'stored');
    const messages = stored.map((parcel) => parcel.event as InboundMessage);
    const people = await this.contacts.identify(
      tx,
      stored.map(({ delivery, channel }, index) => ({
        ...messages[index]!.sender,
        messenger: delivery.messenger,
        channelId: channel.id,
      })),
    );
    return stored.map(({ channel, delivery }, index) => ({
      channelId: channel.id,
      identityId: people[index]!.identityId,
      queueId: channel.queueId,
      externalId: messages[index]!.externalId,
      sentAt: momentOf(messages[index]!, delivery.receivedAt),
      content: messages[index]!.content,
    }));
  }
}

/**
 * When it was said. A clock of whole seconds would put a question before the answer that was sent in the same second:
 * what the messenger leaves open is filled in from ours.
 */
function momentOf({ sentAt, sentWithinMs = 0 }: InboundMessage, receivedAt: Date): Date {
  if (!sentAt) return receivedAt;
  const latest = sentAt.getTime() + Math.max(sentWithinMs - 1, 0);
  return new Date(Math.max(sentAt.getTime(), Math.min(receivedAt.getTime(), latest)));
}

function accountOf(messenger: string, source: string): string {
  return `${messenger}/${source}`;
}

/** Every converted event has exactly one outcome. An inactive channel refuses, visibly. */
function verdictOn(event: InboundEvent, channel: ChannelForEvents): { outcome: Outcome; reason: string | null } {
  if (!channel.active) return { outcome: 'refused', reason: 'channel_inactive' };
  if (event.kind === 'message') return { outcome: 'stored', reason: null };
  return { outcome: event.kind === 'ignored' ? 'ignored' : 'quarantined', reason: event.reason };
}

function toEntry({ channel, event, outcome, reason, delivery }: Claimed): LedgerEntry {
  const raw = needsRawBody({ event, outcome }) ? delivery.rawId : null;
  return { channelId: channel.id, key: event.key, outcome, reason, rawId: raw, receivedAt: delivery.receivedAt };
}

/** What we could not show in full is kept as it came, so that a later version can take it in. */
function needsRawBody({ event, outcome }: { event: InboundEvent; outcome: Outcome }): boolean {
  return outcome !== 'stored' || (event.kind === 'message' && event.content.unsupported !== undefined);
}
