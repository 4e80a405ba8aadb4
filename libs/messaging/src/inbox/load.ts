import { kept } from '#attachments';
import { type Answer, Batch, type EventEntry, type Said } from '#chats';
import { newId } from '#database';
import type { Attachment, InboundEvent, InboundMessage, MessageContent } from '#messenger-kit';
import type { ChannelForEvents } from '#registration';
import type { Outcome } from '../ledger/outcome.js';
import { momentOf } from './moments.js';
import type { Parcel } from './parcel.js';

export interface Verdict {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/** Whether an attachment has content that must be fetched from this messenger. */
type HasContent = (messenger: string, attachment: Attachment) => boolean;

/** A parcel whose channel is known, with the outcome it will have unless it came before. */
export class Claimed {
  readonly outcome: Outcome;
  readonly reason: string | null;
  /** The message's id, should it be stored. */
  readonly messageId = newId();
  /** The attachments whose content is to be fetched, with the ids given to them. */
  readonly files: readonly { readonly id: string; readonly attachment: Attachment }[] = [];
  private readonly content: MessageContent | undefined;

  constructor(
    readonly channel: ChannelForEvents,
    readonly parcel: Parcel,
    hasContent: HasContent,
    verdict: Verdict = verdictOn(parcel.event, channel),
  ) {
    this.outcome = verdict.outcome;
    this.reason = verdict.reason;
    const { event, delivery } = parcel;
    if (event.kind !== 'message' || this.outcome !== 'stored') return;
    const { attachments } = event.content;
    if (!attachments) {
      this.content = event.content;
      return;
    }
    const marked = attachments.map((attachment) => {
      return hasContent(delivery.messenger, attachment) ? { id: newId(), attachment } : { id: undefined, attachment };
    });
    this.files = marked.filter((one): one is { id: string; attachment: Attachment } => one.id !== undefined);
    this.content = {
      ...event.content,
      attachments: marked.map(({ id, attachment }) => (id === undefined ? attachment : kept(attachment, id))),
    };
  }

  get isMessage(): boolean {
    return this.content !== undefined;
  }

  /** What we could not show in full is kept as it came, so that a later version can take it in. */
  get keepsRaw(): boolean {
    return this.outcome !== 'stored' || this.content?.unsupported !== undefined;
  }

  /** Whether there is more to do for it than to store it. */
  get needsMore(): boolean {
    const { event } = this.parcel;
    return this.keepsRaw || event.kind !== 'message' || this.files.length > 0 || event.acknowledge !== undefined;
  }

  get name(): string {
    return this.channel.id + this.parcel.event.key;
  }

  get sender() {
    const { scope, externalId, name } = (this.parcel.event as InboundMessage).sender;
    const { id: channelId, keepsGuests: asGuest } = this.channel;
    return { channelId, messenger: this.parcel.delivery.messenger, scope, externalId, name, asGuest };
  }

  toEntry(): EventEntry {
    const { event, delivery } = this.parcel;
    return {
      channelId: this.channel.id,
      key: event.key,
      outcome: this.outcome,
      reason: this.reason,
      rawId: this.keepsRaw ? delivery.rawId : null,
      receivedAt: delivery.receivedAt,
      wanted: this.needsMore,
    };
  }

  toSaid(): Said | undefined {
    if (!this.content) return undefined;
    const message = this.parcel.event as InboundMessage;
    const sentAt = momentOf(message, this.parcel.delivery.receivedAt);
    return { id: this.messageId, writer: this.sender, externalId: message.externalId, sentAt, content: this.content };
  }
}

/** A new event, and the chat it was stored into where it is a message. */
export interface Fresh {
  readonly claimed: Claimed;
  readonly chatId: string | null;
}

/** A batch in the making, and which of its events came from which parcels. */
export class Load {
  readonly batch = new Batch();
  /** The events of the batch, by their place. */
  readonly firsts: Claimed[] = [];

  /** `isKnown`: whether the ledger has the event of this place; by default where it was committed a short while ago. */
  constructor(
    private readonly claimed: readonly Claimed[],
    isKnown = (index: number) => claimed[index]!.parcel.earlier?.committed === true,
  ) {
    claimed.forEach((one, index) => {
      if (isKnown(index)) this.batch.addKnown(one.channel.id, one.parcel.event.key);
      else if (this.batch.add(one.toEntry(), () => one.toSaid())) this.firsts.push(one);
    });
  }

  /** Who wrote its messages, one for each. */
  get senders() {
    return this.firsts.filter(({ isMessage }) => isMessage).map(({ sender }) => sender);
  }

  freshBy(answers: readonly Answer[]): Fresh[] {
    return answers
      .filter(({ skipped }) => !skipped)
      .map(({ event, chatId }) => ({ claimed: this.firsts[event - 1]!, chatId }));
  }

  parcelsSkippedBy(answers: readonly Answer[]): Set<Parcel> {
    const names = new Set(answers.filter(({ skipped }) => skipped).map(({ event }) => this.firsts[event - 1]!.name));
    return new Set(this.claimed.filter(({ name }) => names.has(name)).map(({ parcel }) => parcel));
  }
}

/** Every converted event has exactly one outcome. An inactive channel refuses, visibly. */
function verdictOn(event: InboundEvent, channel: ChannelForEvents): Verdict {
  if (!channel.active) return { outcome: 'refused', reason: 'channel_inactive' };
  if (event.kind === 'malformed') return { outcome: 'quarantined', reason: event.reason };
  if (event.kind === 'ignored') return { outcome: 'ignored', reason: event.reason };
  return { outcome: 'stored', reason: null };
}
