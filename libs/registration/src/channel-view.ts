import type { Channel } from './channel.entity.js';
import type { ChannelView } from './channels.dto.js';

/** A channel as admins see it: where messengers deliver, but no secret. */
export function viewOf(channel: Channel, webhookUrl: string): ChannelView {
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
    createdAt: channel.createdAt.toISOString(),
    updatedAt: channel.updatedAt.toISOString(),
  };
}
