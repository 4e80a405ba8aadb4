import { Injectable } from '@nestjs/common';
import { newId, row, type Tx } from '#database';

export interface SystemLine {
  readonly id: string;
  readonly seq: number;
}

const APPEND = {
  name: 'chats-append-line',
  text: `
    WITH bumped AS (
      UPDATE chats SET last_seq = last_seq + 1 WHERE id = $1 RETURNING id, channel_id, last_seq
    )
    INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, text, sent_at, received_at)
    SELECT $2, id, channel_id, last_seq, 'system', 'system', $3, $4, $4 FROM bumped
    RETURNING id, seq`,
};

/** Lines the house writes into a chat about itself. They never leave the house and change no preview or count. */
@Injectable()
export class SystemLines {
  /** Appends one line. Locks the chat's row, which must exist. */
  async append(tx: Tx, chatId: string, text: string, at: Date): Promise<SystemLine> {
    const line = await row<SystemLine>(tx, APPEND, [chatId, newId(), text, at.toISOString()]);
    if (!line) throw new Error(`There is no chat ${chatId}`);
    return line;
  }
}
