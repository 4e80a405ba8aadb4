import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MessengerRegistry, type Messenger } from '#messenger-kit';
import { Channels } from '#registration';
import { MessageManager } from '../message-manager.js';
import { ReceivingMetrics } from './receiving-metrics.js';

interface Route {
  Params: { messenger: string; key: string };
}

/** Meta batches up to 1000 events in one call. */
const BODY_LIMIT = 5 * 1024 * 1024;
/** No browser comes here: the headers that protect browsers are left out. */
const FOR_MACHINES = { bodyLimit: BODY_LIMIT, helmet: false } as const;

/**
 * Where messengers call. A scope of Fastify's own beside Nest's routes: bodies stay raw bytes, nothing is parsed before
 * the caller has proved who it is, and no guard, pipe or interceptor runs on the receiving path.
 */
@Injectable()
export class WebhookDoor implements OnModuleInit {
  private readonly logger = new Logger(WebhookDoor.name);

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly messengers: MessengerRegistry,
    private readonly channels: Channels,
    private readonly manager: MessageManager,
    private readonly metrics: ReceivingMetrics,
  ) {}

  /** Not awaited: that would start Fastify before Nest has given it the error handler of all other routes. */
  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    void fastify.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, parsed) =>
        parsed(null, body),
      );
      scope.setErrorHandler((error: { statusCode?: number }, _request, reply) => this.onError(error, reply));
      scope.get<Route>('/webhooks/:messenger/:key', (request, reply) => this.verify(request, reply));
      scope.post<Route>('/webhooks/:messenger/:key', FOR_MACHINES, (request, reply) => this.receive(request, reply));
      done();
    });
  }

  private async receive(request: FastifyRequest<Route>, reply: FastifyReply): Promise<void> {
    const { messenger: name, key } = request.params;
    const { messenger, way } = await this.wayTo(name, key);
    if (!messenger || !way) return answer(reply, 404, 'not_found', 'There is no such webhook.');
    const call = { headers: request.headers, body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0) };
    if (!messenger.income.isAuthentic(call, way.secrets)) {
      this.metrics.refused(name);
      return answer(reply, 401, 'not_authentic', 'The call does not carry a valid proof of its sender.');
    }
    const began = performance.now();
    this.metrics.committed(name, await this.manager.receive(name, call, way.account), began);
    await reply.code(200).send();
  }

  private async verify(request: FastifyRequest<Route>, reply: FastifyReply): Promise<void> {
    const { messenger, way } = await this.wayTo(request.params.messenger, request.params.key);
    if (!messenger || !way) return answer(reply, 404, 'not_found', 'There is no such webhook.');
    const query = new URLSearchParams(request.raw.url?.split('?')[1] ?? '');
    const challenge = messenger.income.challenge?.(query, way.secrets);
    if (challenge === undefined) return answer(reply, 403, 'forbidden', 'The verification token is not ours.');
    await reply.code(200).type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send(challenge);
  }

  private async wayTo(name: string, key: string) {
    const messenger: Messenger | undefined = this.messengers.get(name);
    return { messenger, way: messenger && (await this.channels.forWebhook(name, key)) };
  }

  /** Whatever goes wrong after authentication, the messenger must deliver again: never a 2xx, never a lost event. */
  private onError(error: { statusCode?: number; message?: string }, reply: FastifyReply): void {
    if (error.statusCode && error.statusCode < 500) {
      void answer(reply, error.statusCode, 'bad_request', 'The request could not be read.');
      return;
    }
    this.logger.warn(`A webhook call was answered 503: ${error.message}`);
    void answer(reply.header('retry-after', '1'), 503, 'unavailable', 'The event was not taken. Deliver it again.');
  }
}

async function answer(reply: FastifyReply, status: number, code: string, detail: string): Promise<void> {
  const requestId = reply.request.id;
  await reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:parley:problem:${code}`, title: detail, status, detail, code, requestId }));
}
