import { Injectable } from '@nestjs/common';
import { row, rows, type Tx } from '#database';

/** A chat's reading state, its row locked. Positions are ordinals of inbound messages. */
export interface ReadChat {
  readonly inbound_count: number;
  readonly team_position: number;
  readonly queue_id: string;
  readonly agent_id: string | null;
}

/** How far agents have read. Positions only grow. */
@Injectable()
export class PositionRepository {
  lock(tx: Tx, chatId: string): Promise<ReadChat | undefined> {
    return row<ReadChat>(
      tx,
      'SELECT inbound_count, team_position, queue_id, agent_id FROM chats WHERE id = $1 FOR NO KEY UPDATE',
      [chatId],
    );
  }

  /** The ordinal of the last inbound message up to `seq`; 0 when there is none. */
  async ordinalAt(tx: Tx, chatId: string, seq: number): Promise<number> {
    const last = await row<{ inbound_ordinal: number }>(
      tx,
      `SELECT inbound_ordinal FROM messages WHERE chat_id = $1 AND seq <= $2 AND inbound_ordinal IS NOT NULL
       ORDER BY seq DESC LIMIT 1`,
      [chatId, seq],
    );
    return last?.inbound_ordinal ?? 0;
  }

  async raiseTeam(tx: Tx, chatId: string, position: number): Promise<void> {
    await rows(tx, 'UPDATE chats SET team_position = $2 WHERE id = $1 AND team_position < $2', [chatId, position]);
  }

  /**
   * The user's position afterwards; undefined when it was as far already. Who had none stood at the team's, and begins no
   * earlier; an own one is not moved by what others read.
   */
  async raise(tx: Tx, chatId: string, userId: string, read: number, teamPosition: number): Promise<number | undefined> {
    const raised = await row<{ position: number }>(
      tx,
      `INSERT INTO chat_positions AS p (chat_id, user_id, position) VALUES ($1, $2, greatest($3::int, $4::int))
       ON CONFLICT (chat_id, user_id) DO UPDATE SET position = $3 WHERE p.position < $3
       RETURNING position`,
      [chatId, userId, read, teamPosition],
    );
    return raised?.position;
  }
}
