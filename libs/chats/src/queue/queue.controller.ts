import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { CreateQueueDto, QueueDto, UpdateQueueDto } from './queue.dto.js';
import { Queues } from './queues.js';

@ApiTags('queues')
@Controller('v1/queues')
export class QueueController {
  constructor(private readonly queues: Queues) {}

  @Post()
  @Allow('admin')
  @ApiOperation({ operationId: 'createQueue', summary: 'Create a queue' })
  @ApiCreatedResponse({ type: QueueDto })
  @ApiProblems(409, 422)
  async createQueue(
    @CurrentCaller() caller: Caller,
    @Body() wish: CreateQueueDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueueDto> {
    return answerOnce(reply, await this.queues.create(caller, key, wish));
  }

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listQueues', summary: 'List the queues in the order they were made' })
  @ApiPage(QueueDto)
  listQueues(@Query() query: PageQuery) {
    return this.queues.list(query.cursor, query.limit);
  }

  @Get(':queueId')
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'getQueue', summary: 'Get one queue' })
  @ApiOkResponse({ type: QueueDto })
  getQueue(@UuidParam('queueId') queueId: string): Promise<QueueDto> {
    return this.queues.get(queueId);
  }

  @Patch(':queueId')
  @Allow('admin')
  @ApiOperation({ operationId: 'updateQueue', summary: 'Change a queue’s name and settings' })
  @ApiOkResponse({ type: QueueDto })
  @ApiProblems(409, 422)
  updateQueue(@UuidParam('queueId') queueId: string, @Body() wish: UpdateQueueDto): Promise<QueueDto> {
    return this.queues.update(queueId, wish);
  }

  @Delete(':queueId')
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({
    operationId: 'deleteQueue',
    summary: 'Delete a queue that has neither open chats nor channels',
    description: 'Closed chats keep their queue’s name.',
  })
  @ApiProblems(409)
  deleteQueue(@UuidParam('queueId') queueId: string): Promise<void> {
    return this.queues.delete(queueId);
  }
}
