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
    replacedSecretUntil: replacedUntilOf(channel)?.toISOString() ?? null,
    createdAt: channel.createdAt.toISOString(),
    updatedAt: channel.updatedAt.toISOString(),
  };
}

/** Until when the webhook secret before proves calls as well; null when it does no more. */
export function replacedUntilOf({ replacedUntil }: Channel, now = new Date()): Date | null {
  return replacedUntil !== null && replacedUntil > now ? replacedUntil : null;
}
