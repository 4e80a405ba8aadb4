export type { ChannelOrder } from './channel-order.js';
export type { ChannelForEvents, PolledChannel } from './channel.repository.js';
export { ChannelView, RegisterChannel, RegisteredChannel } from './channels.dto.js';
export { Channels, type WebhookEntrance } from './channels.js';
export { RegistrationModule, type RegistrationOptions } from './registration.module.js';
export { Registration } from './registration.js';
export { accountKey, ReceivingChannels } from './receiving-channels.js';
