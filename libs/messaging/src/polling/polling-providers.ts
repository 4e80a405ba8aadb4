import { ChannelPoller } from './channel-poller.js';
import { Networks } from './networks.js';
import { PollCursors } from './poll-cursors.repository.js';
import { PollingRunner } from './polling-runner.js';

/** All that asks messengers for events where they cannot call us. */
export const POLLING = [ChannelPoller, Networks, PollCursors, PollingRunner];
