import type { EventType, NewEvent } from '#events';
import type { Channel } from './channel.entity.js';

export type ChannelEventType = Extract<EventType, `channel.${string}`>;

/** What happened to a channel, for those who may know of channels. Secrets have no place in it. */
export function channelEvent(type: ChannelEventType, channel: Channel): NewEvent {
  const { id: channelId, messenger, name, queueId, language, active, health, healthDetail } = channel;
  return {
    type,
    at: new Date(),
    audience: { roles: ['supervisor', 'admin'] },
    data: { channelId, messenger, name, queueId, language, active, health, healthDetail },
  };
}
