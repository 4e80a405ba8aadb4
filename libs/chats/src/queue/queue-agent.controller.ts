import { Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, PageQuery, UuidParam } from '#api-kit';
import { Allow } from '#identity';
import { AgentDto } from '../agent/agent.dto.js';
import { QueueAgents } from './queue-agents.js';

@ApiTags('queues')
@Controller('v1/queues/:queueId/agents')
export class QueueAgentController {
  constructor(private readonly agents: QueueAgents) {}

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listQueueAgents', summary: 'List the agents of a queue' })
  @ApiPage(AgentDto)
  listQueueAgents(@UuidParam('queueId') queueId: string, @Query() query: PageQuery) {
    return this.agents.list(queueId, query.cursor, query.limit);
  }

  @Put(':userId')
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({ operationId: 'addQueueAgent', summary: 'Let a user answer the chats of a queue' })
  addQueueAgent(@UuidParam('queueId') queueId: string, @UuidParam('userId') userId: string): Promise<void> {
    return this.agents.add(queueId, userId);
  }

  @Delete(':userId')
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({
    operationId: 'removeQueueAgent',
    summary: 'Take a user out of a queue',
    description: 'The user keeps the chats they hold.',
  })
  removeQueueAgent(@UuidParam('queueId') queueId: string, @UuidParam('userId') userId: string): Promise<void> {
    return this.agents.remove(queueId, userId);
  }
}
