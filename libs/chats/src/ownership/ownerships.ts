import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type Page } from '#api-kit';
import type { Caller } from '#identity';
import { ChatAccess } from '../chat/chat-access.js';
import { invalidCursor } from '../id-cursor.js';
import type { OwnershipDto } from './ownership.dto.js';
import { type Stretch, StretchRepository } from './stretch.repository.js';

@Injectable()
export class Ownerships {
  constructor(
    private readonly access: ChatAccess,
    private readonly stretches: StretchRepository,
  ) {}

  /** Who held the chat, stretch by stretch, the first one first. */
  async list(caller: Caller, chatId: string, cursor: string | undefined, limit: number): Promise<Page<OwnershipDto>> {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    await this.access.require(caller, chatId);
    const found = await this.stretches.ofChat(chatId, after, limit + 1);
    const { data, page } = pageOf(found, limit, ({ key }) => encodeCursor([key]));
    return { data: data.map(viewOf), page };
  }
}

function readCursor(cursor: string): string {
  const [key = ''] = decodeCursor(cursor, 1);
  if (!/^-?\d{1,16}$/.test(key)) throw invalidCursor();
  return key;
}

function viewOf(stretch: Stretch): OwnershipDto {
  const { beganAt, beganHow, endedAt, endedHow, reason, comment } = stretch;
  return {
    agent: { id: stretch.agentId, name: stretch.agentName },
    beganAt,
    beganHow,
    beganBy: stretch.beganById === null ? null : { id: stretch.beganById, name: stretch.beganByName ?? '' },
    endedAt,
    endedHow,
    endedBy: stretch.endedById === null ? null : { id: stretch.endedById, name: stretch.endedByName ?? '' },
    reason,
    comment,
  };
}
