import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import { audit } from '#identity';
import { channelEvent, stateOf } from '../channel-event.js';
import type { Channel } from '../channel.entity.js';
import { ChannelRepository } from '../channel.repository.js';
import { ChannelTurns } from '../channel-turns.js';
import { Channels } from '../channels.js';
import { ChannelPictures, ChannelUse } from '../ports.js';
import { ACTIVE_REMEMBERED_MS } from '../receiving-channels.js';
import { Farewell } from './farewell.js';

const IN_USE_AGAIN = 'Somebody registered or activated this channel again meanwhile. It was not deleted.';

/** Ends a channel: at the messenger first, then here. Its chats stay readable; its account may be registered anew. */
@Injectable()
export class ChannelRemoval {
  constructor(
    private readonly repository: ChannelRepository,
    private readonly use: ChannelUse,
    private readonly network: Farewell,
    private readonly channels: Channels,
    private readonly database: Database,
    private readonly events: EventLog,
    private readonly pictures: ChannelPictures,
    private readonly turns: ChannelTurns,
  ) {}

  /**
   * Problem 409 `channel_has_open_chats` while there are any, 502 when the messenger cannot be asked; the channel is inactive
   * then and can be deleted later. 409 `channel_in_use_again` where somebody registered or activated it meanwhile. Credentials the messenger takes no more leave nothing to disconnect.
   */
  remove(channelId: string): Promise<void> {
    return this.turns.alone(channelId, () => this.end(channelId));
  }

  private async end(channelId: string): Promise<void> {
    const channel = await this.database.transaction((tx) => this.deactivate(tx, channelId));
    this.channels.forget();
    await this.network.disconnect(channel);
    // What nodes remember as active may still take a message that opens a chat.
    await sleep(ACTIVE_REMEMBERED_MS);
    await this.database.transaction((tx) => this.delete(tx, channelId));
    this.channels.forget();
  }

  private async deactivate(tx: Tx, channelId: string): Promise<Channel> {
    const before = await this.unused(tx, channelId);
    if (!before.active) return before;
    const channel = await this.repository.change(tx, channelId, { active: false });
    await this.events.record(tx, [channelEvent('channel.deactivated', channel)]);
    const [was, is] = [stateOf(before), stateOf(channel)];
    await audit(tx, { action: 'channel.updated', subjectId: channelId, before: was, after: is });
    return channel;
  }

  private async delete(tx: Tx, channelId: string): Promise<void> {
    const channel = await this.unused(tx, channelId);
    if (channel.active) throw Problem.conflict('channel_in_use_again', IN_USE_AGAIN);
    if (channel.pictureId) await this.pictures.discard(tx, channel.pictureId);
    await this.repository.bury(tx, channelId);
    await this.events.record(tx, [channelEvent('channel.deleted', channel)]);
    await audit(tx, { action: 'channel.deleted', subjectId: channelId, before: stateOf(channel) });
  }

  private async unused(tx: Tx, channelId: string): Promise<Channel> {
    const channel = await this.repository.lock(tx, channelId);
    if (!channel) throw Problem.notFound('channel');
    const openChats = await this.use.openChats(tx, channelId);
    if (openChats === 0) return channel;
    throw Problem.conflict(
      'channel_has_open_chats',
      `The channel has ${openChats} open ${openChats === 1 ? 'chat' : 'chats'}. Close all first; deactivating the channel works at any time.`,
      { openChats },
    );
  }
}
