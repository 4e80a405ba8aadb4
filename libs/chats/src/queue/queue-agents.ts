import { Injectable } from '@nestjs/common';
import { encodeCursor, pageOf, Problem, type Page } from '#api-kit';
import { Database } from '#database';
import { audit } from '#identity';
import type { AgentDto } from '../agent/agent.dto.js';
import { AgentRepository } from '../agent/agent.repository.js';
import { idAfter } from '../id-cursor.js';
import { Routing } from '../routing/routing.js';
import { QueueAgentRepository } from './queue-agent.repository.js';
import { QueueNews } from './queue-news.js';
import { QueueRepository } from './queue.repository.js';

/** The agents of a queue. Joining and leaving are harmless when repeated; who leaves keeps the chats they hold. */
@Injectable()
export class QueueAgents {
  constructor(
    private readonly database: Database,
    private readonly queues: QueueRepository,
    private readonly members: QueueAgentRepository,
    private readonly agents: AgentRepository,
    private readonly routing: Routing,
    private readonly news: QueueNews,
  ) {}

  async list(queueId: string, cursor: string | undefined, limit: number): Promise<Page<AgentDto>> {
    const after = idAfter(cursor);
    if (!(await this.queues.get(queueId))) throw Problem.notFound('queue');
    const found = await this.agents.ofQueue(queueId, after, limit + 1);
    return pageOf(found, limit, ({ userId }) => encodeCursor([userId]));
  }

  async add(queueId: string, userId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if ((await this.queues.hold(tx, [queueId])).length === 0) throw Problem.notFound('queue');
      if (!(await this.members.isUser(tx, userId))) throw Problem.notFound('user');
      await this.agents.ensure(tx, userId);
      if (await this.members.add(tx, queueId, userId)) {
        await audit(tx, { action: 'queue.agent_added', subjectId: queueId, after: { userId } });
        await this.news.joined(tx, queueId, userId);
      }
      this.routing.soon(tx, queueId);
    });
  }

  async remove(queueId: string, userId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if ((await this.queues.hold(tx, [queueId])).length === 0) throw Problem.notFound('queue');
      if (await this.members.remove(tx, queueId, userId)) {
        await audit(tx, { action: 'queue.agent_removed', subjectId: queueId, before: { userId } });
        await this.news.left(tx, queueId, [userId]);
      }
      this.routing.soon(tx, queueId);
    });
  }
}
