import { Injectable } from '@nestjs/common';
import { Attachments, type Expected } from '#attachments';
import { type ArrivedChange, MessageChanges } from '#chats';
import type { Tx } from '#database';
import { EventLog } from '#events';
import type { InboundEvent, InboundMessage } from '#messenger-kit';
import { type ChannelForEvents, Channels } from '#registration';
import { RawBodies } from '../ledger/raw-bodies.repository.js';
import { type Acknowledgement, Acknowledgements } from '../outbox/acknowledgements.js';
import { Claimed, type Fresh, type Verdict } from './load.js';
import { heardAt } from './moments.js';
import type { Parcel } from './parcel.js';

/** What some new events need beyond the ledger and the chats, in the same transaction. */
@Injectable()
export class FollowUp {
  constructor(
    private readonly channels: Channels,
    private readonly changes: MessageChanges,
    private readonly attachments: Attachments,
    private readonly acknowledgements: Acknowledgements,
    private readonly rawBodies: RawBodies,
    private readonly events: EventLog,
  ) {}

  /** A parcel on its way into a batch; `verdict` where it is known without a look at the event. */
  claim(channel: ChannelForEvents, parcel: Parcel, verdict?: Verdict): Claimed {
    return new Claimed(channel, parcel, (...of) => this.attachments.hasContent(...of), verdict);
  }

  /** Changes are applied, and those that waited for these messages. Resolves with the last statements, not yet issued. */
  async of(tx: Tx, fresh: readonly Fresh[], at: Date): Promise<() => Promise<unknown>[]> {
    if (fresh.length === 0) return () => [];
    const news = [
      ...(await this.changes.apply(tx, fresh.flatMap(toChange), at)),
      ...(await this.changes.catchUp(tx, fresh.flatMap(toStored), at)),
    ];
    for (const one of fresh) await this.noteHealth(tx, one);
    return () => [
      this.events.record(tx, news),
      this.attachments.expect(tx, fresh.flatMap(toExpected)),
      this.acknowledgements.enqueue(tx, fresh.flatMap(toAcknowledgement)),
      this.rawBodies.keep(
        tx,
        fresh.filter(({ claimed }) => claimed.keepsRaw).map(({ claimed }) => claimed.parcel),
      ),
    ];
  }

  /** Shows what was stored without being understood as today's code reads it. Whether that changed anything. */
  async understand(tx: Tx, channelId: string, { externalId, content }: InboundMessage, at: Date): Promise<boolean> {
    const news = await this.changes.understand(tx, { channelId, externalId }, content, at);
    await this.events.record(tx, news);
    return news.length > 0;
  }

  private async noteHealth(tx: Tx, { claimed: { channel, parcel, outcome } }: Fresh): Promise<void> {
    if (outcome !== 'stored' || parcel.event.kind !== 'account') return;
    await this.channels.markRestriction(tx, channel.id, parcel.event);
  }
}

function toChange({ claimed: { channel, parcel, outcome } }: Fresh): ArrivedChange[] {
  const { event, delivery } = parcel;
  if (outcome !== 'stored' || event.kind === 'message' || !isChange(event)) return [];
  return [{ channelId: channel.id, messenger: delivery.messenger, event: heardAt(event, delivery.receivedAt) }];
}

const NO_CHANGES = ['message', 'account', 'ignored', 'malformed'] as const;

function isChange(event: InboundEvent): event is ArrivedChange['event'] {
  return !NO_CHANGES.some((kind) => kind === event.kind);
}

function toStored({ claimed: { channel, parcel }, chatId }: Fresh) {
  if (chatId === null) return [];
  const { externalId, sender } = parcel.event as InboundMessage;
  return [{ channelId: channel.id, externalId, sender }];
}

function toExpected({ claimed, chatId }: Fresh): Expected[] {
  if (chatId === null) return [];
  const { messenger } = claimed.parcel.delivery;
  return claimed.files.map(({ id, attachment }) => {
    return { id, messenger, channelId: claimed.channel.id, chatId, messageId: claimed.messageId, attachment };
  });
}

function toAcknowledgement({ claimed: { channel, parcel }, chatId }: Fresh): Acknowledgement[] {
  const { event } = parcel;
  if (chatId === null || event.kind !== 'message' || event.acknowledge === undefined) return [];
  return [{ channelId: channel.id, token: event.acknowledge }];
}
