import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type PageQuery, Problem } from '#api-kit';
import { Database, isId, type Tx } from '#database';
import { EventLog } from '#events';
import { audit } from '#identity';
import { channelEvent, stateOf, type ChannelEventType } from './channel-event.js';
import { ChannelViews } from './channel-view.js';
import type { Channel } from './channel.entity.js';
import { ChannelRepository } from './channel.repository.js';
import type { ChannelView, UpdateChannel } from './channels.dto.js';
import { Channels } from './channels.js';
import { withKnownQueue } from './known-queue.js';

/** What admins see of channels and change on them. No messenger is asked. */
@Injectable()
export class ChannelAdministration {
  constructor(
    private readonly repository: ChannelRepository,
    private readonly channels: Channels,
    private readonly views: ChannelViews,
    private readonly database: Database,
    private readonly events: EventLog,
  ) {}

  async list({ cursor, limit }: PageQuery) {
    const found = await this.repository.page(placeOf(cursor), limit + 1);
    const page = pageOf(found, limit, ({ id }) => encodeCursor([id]));
    return { ...page, data: await this.views.of(this.database, page.data) };
  }

  async get(channelId: string): Promise<ChannelView> {
    const channel = await this.repository.get(channelId);
    if (!channel) throw Problem.notFound('channel');
    return this.view(channel);
  }

  /** Changes what is given and differs. Events of an inactive channel are refused, and counted. */
  async update(channelId: string, changes: UpdateChannel): Promise<ChannelView> {
    const work = (tx: Tx) => this.change(tx, channelId, changes);
    const channel = await withKnownQueue(() => this.database.transaction(work));
    this.channels.forget();
    return this.view(channel);
  }

  private async change(tx: Tx, channelId: string, changes: UpdateChannel): Promise<Channel> {
    const before = await this.repository.lock(tx, channelId);
    if (!before) throw Problem.notFound('channel');
    if (changes.active && before.health === 'connecting') {
      throw Problem.conflict('not_connected', 'This channel was never connected. Register it again to finish it.');
    }
    const news = newsOf(before, changes);
    if (news.length === 0) return before;
    const { name, queueId, language, active, keepsGuests } = changes;
    const channel = await this.repository.change(tx, channelId, { name, queueId, language, active, keepsGuests });
    await this.events.record(
      tx,
      news.map((type) => channelEvent(type, channel)),
    );
    await audit(tx, {
      action: 'channel.updated',
      subjectId: channelId,
      before: stateOf(before),
      after: stateOf(channel),
    });
    return channel;
  }

  private view(channel: Channel): Promise<ChannelView> {
    return this.views.one(this.database, channel);
  }
}

function newsOf(before: Channel, { active, ...others }: UpdateChannel): ChannelEventType[] {
  const fields = ['name', 'queueId', 'language', 'keepsGuests'] as const;
  const changed = fields.some((field) => others[field] !== undefined && others[field] !== before[field]);
  const switched = active !== undefined && active !== before.active;
  return [
    ...(changed ? (['channel.changed'] as const) : []),
    ...(switched ? ([active ? 'channel.activated' : 'channel.deactivated'] as const) : []),
  ];
}

function placeOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [id] = decodeCursor(cursor, 1);
  if (!isId(id)) throw Problem.unknownCursor();
  return id;
}
