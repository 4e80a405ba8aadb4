import type { Audience, EventType, NewEvent } from '#events';
import type { Finding, FindingState } from '#messenger-kit';
import type { Channel } from './channel.entity.js';

export type ChannelEventType = Exclude<Extract<EventType, `channel.${string}`>, 'channel.checked'>;

/** What happened to a channel, for those who may know of channels. Secrets have no place in it. */
export function channelEvent(type: ChannelEventType, channel: Channel): NewEvent {
  return { type, at: new Date(), audience: AUDIENCE, data: stateOf(channel) };
}

/** A check found something else than the one before; `findings` are those that are not fine. */
export function checkEvent(channel: Channel, state: FindingState, findings: readonly Finding[]): NewEvent {
  const news = findings
    .filter((finding) => finding.state === 'warning' || finding.state === 'broken')
    .map(({ code, state: found, sentence, advice = null }) => ({ code, state: found, sentence, advice }));
  const data = { ...stateOf(channel), state, findings: news };
  return { type: 'channel.checked', at: new Date(), audience: AUDIENCE, data };
}

const AUDIENCE: Audience = { roles: ['supervisor', 'admin'] };

/** A channel as everybody may know it who knows of channels. */
export function stateOf({ id: channelId, messenger, name, queueId, language, active, health, healthDetail }: Channel) {
  return { channelId, messenger, name, queueId, language, active, health, healthDetail };
}
