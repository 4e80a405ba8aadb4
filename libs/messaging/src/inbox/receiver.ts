import { Injectable } from '@nestjs/common';
import { type Answer, ChatIntake } from '#chats';
import { ContactBook } from '#contacts';
import { ReceivingDatabase, type Tx } from '#database';
import type { InboundEvent } from '#messenger-kit';
import { accountKey, ReceivingChannels } from '#registration';
import { LedgerRepository } from '../ledger/ledger.repository.js';
import { FollowUp } from './follow-up.js';
import { type Claimed, Load, type Verdict } from './load.js';
import type { Parcel } from './parcel.js';

interface Sorted {
  readonly claimed: readonly Claimed[];
  /** Authentic, and of no channel of ours. */
  readonly unclaimed: readonly Parcel[];
}

interface Taken {
  readonly load: Load;
  readonly answers: readonly Answer[];
}

const NONE: ReadonlySet<Parcel> = new Set();
const NOTHING: Taken = { load: new Load([]), answers: [] };

/** The common receiving path of every messenger: one transaction for a batch of events. */
@Injectable()
export class Receiver {
  private claimed: Promise<Sorted> = Promise.resolve({ claimed: [], unclaimed: [] });

  constructor(
    private readonly database: ReceivingDatabase,
    private readonly channels: ReceivingChannels,
    private readonly ledger: LedgerRepository,
    private readonly contacts: ContactBook,
    private readonly chats: ChatIntake,
    private readonly followUp: FollowUp,
  ) {}

  /**
   * Commits a batch of events, but for messages of those who have no open chat: they are answered, untouched, and `welcome`
   * takes them. Most batches are one call of the database; of such a one `whenRun` is called when only the commit is left to do.
   */
  async receive(parcels: readonly Parcel[], whenRun?: () => void): Promise<ReadonlySet<Parcel>> {
    // One after the other, also where one must ask for its channels: batches reach the database in their order.
    this.claimed = this.claimed.then(
      () => this.claim(parcels),
      () => this.claim(parcels),
    );
    const { claimed, unclaimed } = await this.claimed;
    const load = new Load(claimed);
    const at = new Date();
    if (load.batch.wanted > 0 || unclaimed.length > 0) {
      const answers = await this.takeWithMore(unclaimed, at, (tx) => this.takeIntoOpen(tx, load, at));
      return load.parcelsSkippedBy(answers);
    }
    const answers = await this.chats.take(this.database, load.batch, at, whenRun);
    if (answers.length === 0) return NONE;
    const awaited = load.freshBy(answers);
    if (awaited.length > 0) await this.database.commit((tx) => this.followUp.of(tx, awaited, at));
    return load.parcelsSkippedBy(answers);
  }

  /** Commits messages of people who are new, or have no open chat: one is opened unless the event came before. */
  async welcome(parcels: readonly Parcel[]): Promise<void> {
    const { claimed, unclaimed } = await this.claim(parcels);
    const at = new Date();
    await this.takeWithMore(unclaimed, at, (tx) => this.takeIntoNew(tx, claimed, at));
  }

  /**
   * Takes in an event by today's verdict that was not stored when it came; its ledger entry and the sums move along. What was
   * stored as `unsupported` is shown as it is understood today. Answers whether that changed anything: an event that is
   * shown, or would not be stored today either, stays as it is.
   */
  async replay(parcel: Parcel): Promise<boolean> {
    const { claimed } = await this.claim([parcel]);
    const stored = claimed.filter(({ outcome }) => outcome === 'stored');
    const at = new Date();
    let changed = false;
    await this.takeWithMore([], at, async (tx) => {
      const [one] = stored;
      if (!one) return NOTHING;
      changed = await this.ledger.withdraw(tx, one.channel.id, parcel.event.key);
      if (changed) return this.takeIntoNew(tx, stored, at);
      changed = await this.understand(tx, one.channel.id, parcel.event, at);
      return NOTHING;
    });
    return changed;
  }

  /** Once it is understood its raw body is not needed any more. */
  private async understand(tx: Tx, channelId: string, event: InboundEvent, at: Date): Promise<boolean> {
    if (event.kind !== 'message' || event.content.unsupported !== undefined) return false;
    await this.ledger.forgetRaw(tx, channelId, event.key);
    return this.followUp.understand(tx, channelId, event, at);
  }

  /** Whether the message the event brings has been received, under whatever key. */
  async hasReceived(parcel: Parcel): Promise<boolean> {
    const { claimed } = await this.claim([parcel]);
    const [one] = claimed;
    if (!one || parcel.event.kind !== 'message') return false;
    return this.chats.hasReceived(this.database, one.channel.id, parcel.event.externalId);
  }

  /** Records an event the database refused, alone, with its raw body. */
  async setAside(parcel: Parcel, verdict: Verdict): Promise<void> {
    const { claimed, unclaimed } = await this.claim([parcel], verdict);
    const at = new Date();
    const load = new Load(claimed);
    await this.takeWithMore(unclaimed, at, (tx) => this.takeIntoOpen(tx, load, at));
  }

  private async takeIntoOpen(tx: Tx, load: Load, at: Date): Promise<Taken> {
    return { load, answers: load.batch.isEmpty ? [] : await this.chats.take(tx, load.batch, at) };
  }

  private async takeIntoNew(tx: Tx, claimed: readonly Claimed[], at: Date): Promise<Taken> {
    if (claimed.length === 0) return NOTHING;
    const keys = claimed.map(({ channel, parcel }) => ({ channelId: channel.id, key: parcel.event.key }));
    const unseen = await this.ledger.unseen(tx, keys);
    const load = new Load(claimed, (index) => !unseen.has(index));
    const identified = await this.contacts.identify(tx, load.senders);
    const identityIds = identified.map(({ identityId }) => identityId);
    return { load, answers: await this.chats.takeIntoNew(tx, load.batch, identityIds, at) };
  }

  /** In one transaction, with what new events need beyond the ledger and the chats. */
  private async takeWithMore(unclaimed: readonly Parcel[], at: Date, take: (tx: Tx) => Promise<Taken>) {
    let taken = NOTHING;
    await this.database.commit(async (tx) => {
      taken = await take(tx);
      const last = await this.followUp.of(tx, taken.load.freshBy(taken.answers), at);
      return () => [...last(), this.ledger.countUnclaimed(tx, unclaimed)];
    });
    return taken.answers;
  }

  /** `verdict`: where it is not for them to say. */
  private async claim(parcels: readonly Parcel[], verdict?: Verdict): Promise<Sorted> {
    const accounts = new Map<string, { messenger: string; source: string }>();
    const keys = parcels.map(({ delivery, event }) => {
      const account = { messenger: delivery.messenger, source: event.source };
      const key = accountKey(account);
      accounts.set(key, account);
      return key;
    });
    const channels = await this.channels.of([...accounts.values()]);
    const claimed: Claimed[] = [];
    const unclaimed: Parcel[] = [];
    parcels.forEach((parcel, index) => {
      const channel = channels.get(keys[index]!);
      if (channel) claimed.push(this.followUp.claim(channel, parcel, verdict));
      else unclaimed.push(parcel);
    });
    return { claimed, unclaimed };
  }
}
