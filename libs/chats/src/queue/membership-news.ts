import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog } from '#events';

/** Tells the agent, and those who see every queue, who joined or left one, in the transaction of the change. */
@Injectable()
export class MembershipNews {
  constructor(private readonly events: EventLog) {}

  joined(tx: Tx, queueId: string, userId: string): Promise<void> {
    return this.record(tx, 'queue.agent_joined', queueId, [userId]);
  }

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
