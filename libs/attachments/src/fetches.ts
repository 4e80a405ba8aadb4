import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import { AttachmentAccess } from './attachment-access.js';
import { AttachmentRepository, type AttachmentRow, type Ending } from './attachment.repository.js';

/** How fetching goes, written down and told to those who see the chat. */
@Injectable()
export class Fetches {
  constructor(
    private readonly database: Database,
    private readonly repository: AttachmentRepository,
    private readonly access: AttachmentAccess,
    private readonly events: EventLog,
  ) {}

  /** Undefined when there is nothing to fetch (any more). */
  begin(id: string): Promise<AttachmentRow | undefined> {
    return this.repository.beginFetch(this.database, id);
  }

  /** The end and its event in one commit; false when it had ended before, or is gone. */
  end(id: string, ending: Ending): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const row = await this.repository.end(tx, id, ending);
      if (row) await this.tell(tx, row);
      return row !== undefined;
    });
  }

  /** Whether nobody counts on the content any more: then it must not stay behind. */
  async isUnwanted(id: string): Promise<boolean> {
    const [row] = await this.repository.byIds(this.database, [id]);
    return row?.state !== 'stored' && row?.state !== 'pending';
  }

  private async tell(tx: Tx, row: AttachmentRow): Promise<void> {
    const { id, chatId, messageId, state, name, mimeType, size, failure } = row;
    if (chatId === null || messageId === null) return;
    const audience = await this.access.audienceOf(tx, chatId);
    const data = { messageId, attachmentId: id, state, name, mimeType, size, failure };
    await this.events.record(tx, [{ type: 'attachment.changed', at: new Date(), chatId, audience, data }]);
  }
}
