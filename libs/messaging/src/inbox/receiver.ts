import { Injectable } from '@nestjs/common';
import { ChatIntake, OpenChats, type Arrival, type Writer } from '#chats';
import { ContactBook } from '#contacts';
import { ReceivingDatabase, type Tx } from '#database';
import { EventLog } from '#events';
import type { InboundEvent, InboundMessage } from '#messenger-kit';
import { accountKey, ReceivingChannels, type ChannelForEvents } from '#registration';
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
    private readonly channels: ReceivingChannels,
    private readonly ledger: LedgerRepository,
    private readonly rawBodies: RawBodies,
    private readonly contacts: ContactBook,
    private readonly chats: ChatIntake,
    private readonly events: EventLog,
  ) {}

  async receive(parcels: readonly Parcel[]): Promise<void> {
    const { claimed, unclaimed } = await this.claim(parcels);
    await this.database.commit(async (tx) => {
      const writers = writersOf(claimed);
      const [fresh, chats] = await Promise.all([
        this.deduplicate(tx, claimed),
        this.chats.lockOpen(tx, [...writers.values()]),
      ]);
      const names = [...writers.keys()];
      const known = new Map(chats.map((chat) => [names[chat.writer]!, chat.identityId]));
      const arrivals = await this.identify(tx, fresh, known);
      const at = new Date();
      const taken = await this.chats.take(tx, arrivals, at, new OpenChats(chats));
      return () => [
        this.chats.store(tx, taken, at),
        this.events.record(tx, taken.news),
        this.rawBodies.keep(tx, fresh.filter(needsRawBody)),
        this.ledger.count(tx, totalsOf(claimed, fresh)),
        this.ledger.countUnclaimed(tx, unclaimed),
      ];
    });
  }

  /** Records an event the database refused, alone, with its raw body. */
  async quarantine(parcel: Parcel, reason: string): Promise<void> {
    const { claimed } = await this.claim([parcel]);
    const culprits = claimed.map((culprit): Claimed => ({ ...culprit, outcome: 'quarantined', reason }));
    await this.database.commit(async (tx) => {
      const fresh = await this.deduplicate(tx, culprits);
      return () => [this.rawBodies.keep(tx, fresh), this.ledger.count(tx, totalsOf(culprits, fresh))];
    });
  }

  private async claim(parcels: readonly Parcel[]): Promise<{ claimed: Claimed[]; unclaimed: Parcel[] }> {
    const accounts = parcels.map(({ delivery, event }) => ({ messenger: delivery.messenger, source: event.source }));
    const keys = accounts.map(accountKey);
    const channels = await this.channels.of([...new Map(keys.map((key, index) => [key, accounts[index]!])).values()]);
    const claimed: Claimed[] = [];
    const unclaimed: Parcel[] = [];
    parcels.forEach((parcel, index) => {
      const channel = channels.get(keys[index]!);
      if (channel) claimed.push({ ...parcel, channel, ...verdictOn(parcel.event, channel) });
      else unclaimed.push(parcel);
    });
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

  /** Who has an open chat is known by it; only the others are looked for, and made. */
  private async identify(tx: Tx, fresh: readonly Claimed[], known: ReadonlyMap<string, string>): Promise<Arrival[]> {
    const stored = fresh.filter((parcel) => parcel.outcome === 'stored');
    const strangers = stored.filter((parcel) => known.get(writerKey(parcel)) === undefined);
    const found = strangers.length > 0 ? await this.contacts.identify(tx, strangers.map(toSender)) : [];
    const identities = new Map(strangers.map((parcel, index) => [writerKey(parcel), found[index]!.identityId]));
    return stored.map((parcel) => {
      const key = writerKey(parcel);
      return toArrival(parcel, known.get(key) ?? identities.get(key)!);
    });
  }
}

/** Each person once a channel, in the order they come. */
function writersOf(claimed: readonly Claimed[]): Map<string, Writer> {
  const writers = new Map<string, Writer>();
  for (const parcel of claimed) {
    if (parcel.outcome === 'stored') writers.set(writerKey(parcel), toSender(parcel));
  }
  return writers;
}

function writerKey({ channel, event }: Claimed): string {
  const { scope, externalId } = (event as InboundMessage).sender;
  return `${channel.id}${scope}\0${externalId}`;
}

function toSender({ delivery, channel, event }: Claimed) {
  const { scope, externalId, name } = (event as InboundMessage).sender;
  return { channelId: channel.id, messenger: delivery.messenger, scope, externalId, name };
}

function toArrival({ channel, delivery, event }: Claimed, identityId: string): Arrival {
  const message = event as InboundMessage;
  return {
    channelId: channel.id,
    identityId,
    externalId: message.externalId,
    sentAt: momentOf(message, delivery.receivedAt),
    content: message.content,
  };
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
