import { Injectable } from '@nestjs/common';
import type { Database, Tx } from '#database';
import type { Channel } from './channel.entity.js';
import type { ChannelView } from './channels.dto.js';
import { ChannelPictures } from './ports.js';
import { WebhookAddresses } from './webhook-addresses.js';

/** Channels as admins see them: where messengers deliver, what they look like, but no secret. */
@Injectable()
export class ChannelViews {
  constructor(
    private readonly addresses: WebhookAddresses,
    private readonly pictures: ChannelPictures,
  ) {}

  async of(source: Tx | Database, channels: readonly Channel[]): Promise<ChannelView[]> {
    const paths = await this.pictures.paths(
      source,
      channels.flatMap(({ pictureId }) => pictureId ?? []),
    );
    return Promise.all(
      channels.map(async (channel) =>
        viewOf(channel, await this.addresses.urlOf(channel), paths.get(channel.pictureId ?? '') ?? null),
      ),
    );
  }

  async one(source: Tx | Database, channel: Channel): Promise<ChannelView> {
    const [view] = await this.of(source, [channel]);
    return view!;
  }
}

function viewOf(channel: Channel, webhookUrl: string, pictureUrl: string | null): ChannelView {
  const { id, messenger, source, name, queueId, language, active, health, healthDetail, delivery, keepsGuests } =
    channel;
  return {
    id,
    messenger,
    source,
    name,
    queueId,
    language,
    active,
    keepsGuests,
    health,
    healthDetail,
    delivery,
    webhookUrl,
    pictureUrl,
    replacedSecretUntil: replacedUntilOf(channel)?.toISOString() ?? null,
    createdAt: channel.createdAt.toISOString(),
    updatedAt: channel.updatedAt.toISOString(),
  };
}

/** Until when the webhook secret before proves calls as well; null when it does no more. */
export function replacedUntilOf({ replacedUntil }: Channel, now = new Date()): Date | null {
  return replacedUntil !== null && replacedUntil > now ? replacedUntil : null;
}
