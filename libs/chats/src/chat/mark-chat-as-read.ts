import { Injectable, Optional } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import { type Caller, requireUser } from '#identity';
import { audienceOf } from './audience.js';
import { ChatAccess } from './chat-access.js';
import type { ChatDto } from './chat.dto.js';
import { ChatViews } from './chat-views.js';
import { PositionRepository, type ReadChat } from './position.repository.js';

/** Lets the contact know that their messages were seen. The room above, which reaches messengers, provides this port. */
export abstract class SeenSignal {
  /** Where the messenger can show it. Returns at once; called after the commit. */
  abstract seen(chatId: string): void;
}

@Injectable()
export class MarkChatAsRead {
  constructor(
    private readonly database: Database,
    private readonly access: ChatAccess,
    private readonly positions: PositionRepository,
    private readonly events: EventLog,
    private readonly views: ChatViews,
    @Optional() private readonly signal?: SeenSignal,
  ) {}

  /**
   * Marks the messages as read for the caller, and for the team: all there are, or those with `seq` up to `upToSeq`, so
   * that a message nobody saw yet stays unread. Reading less than before changes nothing. The contact is told when it was
   * the chat's holder who read: whoever else looks in does so unseen. It is said of all their messages together, so not
   * before the last one is read.
   */
  async markChatAsRead(caller: Caller, chatId: string, upToSeq?: number): Promise<ChatDto> {
    const userId = requireUser(caller);
    const { view, seen } = await this.database.transaction(async (tx) => {
      await this.access.require(caller, chatId, tx);
      const chat = await this.positions.lock(tx, chatId);
      if (!chat) throw Problem.notFound('chat');
      const moved = await this.move(tx, chatId, userId, chat, upToSeq);
      const isAll = moved === chat.inbound_count && moved > 0;
      return { view: await this.views.get(caller, chatId, tx), seen: isAll && chat.agent_id === userId };
    });
    if (seen && view.status !== 'closed') this.signal?.seen(chatId);
    return view;
  }

  /** The position the user has come to; undefined where they were as far already. */
  private async move(
    tx: Tx,
    chatId: string,
    userId: string,
    chat: ReadChat,
    upToSeq?: number,
  ): Promise<number | undefined> {
    const read = upToSeq === undefined ? chat.inbound_count : await this.positions.ordinalAt(tx, chatId, upToSeq);
    const position = await this.positions.raise(tx, chatId, userId, read, chat.team_position);
    if (position === undefined) return undefined;
    const teamPosition = Math.max(position, chat.team_position);
    if (teamPosition > chat.team_position) await this.positions.raiseTeam(tx, chatId, teamPosition);
    await this.events.record(tx, [
      {
        type: 'chat.read',
        at: new Date(),
        chatId,
        audience: audienceOf(chat.queue_id, chat.agent_id, userId),
        data: { userId, position, teamPosition },
      },
    ]);
    return position;
  }
}
