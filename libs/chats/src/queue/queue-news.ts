import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog } from '#events';
import type { Queue } from './queue.entity.js';

/** What agents, and those who see every queue, hear of queues, in the transaction of the change. */
@Injectable()
export class QueueNews {
  constructor(private readonly events: EventLog) {}

  /** Told to its agents: by its rule other chats may stand before them than did. */
  changed(tx: Tx, { id: queueId, name, routingRule }: Pick<Queue, 'id' | 'name' | 'routingRule'>): Promise<void> {
    const audience = { queues: [queueId], roles: ['supervisor', 'admin'] as const };
    const data = { queueId, name, routingRule };
    return this.events.record(tx, [{ type: 'queue.changed', at: new Date(), audience, data }]);
  }

  /** Told to who joined. */
  joined(tx: Tx, queueId: string, userId: string): Promise<void> {
    return this.record(tx, 'queue.agent_joined', queueId, [userId]);
  }

  /** Told to those who left. */
  left(tx: Tx, queueId: string, userIds: readonly string[]): Promise<void> {
    return this.record(tx, 'queue.agent_left', queueId, userIds);
  }

  private record(
    tx: Tx,
    type: 'queue.agent_joined' | 'queue.agent_left',
    queueId: string,
    userIds: readonly string[],
  ): Promise<void> {
    const at = new Date();
    return this.events.record(
      tx,
      userIds.map((userId) => ({
        type,
        at,
        audience: { agents: [userId], roles: ['supervisor', 'admin'] },
        data: { queueId, userId },
      })),
    );
  }
}
