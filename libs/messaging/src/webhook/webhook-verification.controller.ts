import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#api-kit';
import { Public } from '#identity';
import { WebhookProbe } from '#registration';
import { WebhookWays } from './webhook-ways.js';

/** The verification GET of messengers that ask whether an address is ours. Documented beside the webhook's POST. */
@ApiExcludeController()
@Public()
@Controller('webhooks')
export class WebhookVerificationController {
  constructor(
    private readonly ways: WebhookWays,
    private readonly probe: WebhookProbe,
  ) {}

  @Get(':messenger/:key')
  async verify(
    @Param('messenger') name: string,
    @Param('key') key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const way = await this.ways.to(name, key);
    if (!way) throw Problem.notFound('webhook');
    const query = new URLSearchParams(request.raw.url?.split('?')[1] ?? '');
    const challenge = this.probe.answerTo(query.get(WebhookProbe.MEMBER)) ?? this.ways.challenge(name, way, query);
    if (challenge === undefined) throw new Problem(403, 'forbidden', 'The verification token is not ours.');
    await reply.code(200).type('text/plain; charset=utf-8').send(challenge);
  }
}
