import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, UuidParam } from '#api-kit';
import { Allow, CurrentCaller, type Caller } from '#identity';
import { ReplayBody, ReplayDto } from './replay.dto.js';
import { Replays } from './replays.js';

@ApiTags('channels')
@Allow('admin')
@Controller('v1/channels/:channelId/replays')
export class ReplayController {
  constructor(private readonly replays: Replays) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    operationId: 'replayEvents',
    summary: 'Take events in again that were not stored',
    description:
      'By keys, by time, or all that is in quarantine: their raw form goes through today’s code, in the background. What ' +
      'was stored before stays as it is; the ledger’s sums move along. Repeating it changes nothing.',
  })
  @ApiAcceptedResponse({ type: ReplayDto })
  @ApiProblems(404, 422)
  async replayEvents(
    @CurrentCaller() caller: Caller,
    @UuidParam('channelId') channelId: string,
    @Body() { keys, from, to, quarantinedOnly = false }: ReplayBody,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayDto> {
    const order = { channelId, keys, from: momentOf(from), to: momentOf(to), quarantinedOnly };
    return answerOnce(reply, await this.replays.order(caller, order, key));
  }
}

/** In one form, whatever its zone: the order is compared with the one its key stands for. */
function momentOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(text).toISOString();
}
