import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { AudienceQueues } from '#events';

/** Agents hear the news of the queues they belong to. */
@Injectable()
export class QueuesOfAgents extends AudienceQueues {
  constructor(private readonly database: Database) {
    super();
  }

  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = await this.database.rows<{ userId: string; queues: string[] }>(
      `SELECT user_id AS "userId", array_agg(queue_id) AS queues FROM queue_agents
       WHERE user_id = ANY ($1::uuid[]) GROUP BY user_id`,
      [userIds],
    );
    return new Map(found.map(({ userId, queues }) => [userId, queues]));
  }
}
