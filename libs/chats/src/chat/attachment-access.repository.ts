import { Injectable } from '@nestjs/common';
import { AttachmentAccess } from '#attachments';
import { row, type Tx } from '#database';
import type { Audience } from '#events';
import type { Caller } from '#identity';
import { hearersOf } from './audience.js';
import { ChatAccessRepository } from './chat-access.repository.js';
import { readerOf } from './reader.js';

/** Who may see a chat may see what was sent in it. */
@Injectable()
export class AttachmentsOfChats extends AttachmentAccess {
  constructor(private readonly chats: ChatAccessRepository) {
    super();
  }

  async mayRead(caller: Caller, chatId: string): Promise<boolean> {
    return (await this.chats.see(readerOf(caller), chatId)) !== undefined;
  }

  async audienceOf(tx: Tx, chatId: string): Promise<Audience> {
    const chat = await row<{ agentId: string | null; queueId: string }>(
      tx,
      'SELECT agent_id AS "agentId", queue_id AS "queueId" FROM chats WHERE id = $1',
      [chatId],
    );
    return chat ? hearersOf(chat) : {};
  }
}
