import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { problemBody, requestIdOf } from '#api-kit';
import { InboxUnavailable } from '../inbox/inbox.js';
import { MessageManager } from '../message-manager.js';
import { MessagingOptions } from '../messaging-options.js';
import { BodyReader, BodyTooLarge, BodyTooSlow } from './read-body.js';
import { ReceivingMetrics } from './receiving-metrics.js';
import { WebhookWays } from './webhook-ways.js';

/** `/webhooks/{messenger}/{key}` and nothing else: no encoding, no further slash. */
const ADDRESS = /^\/webhooks\/([a-z0-9-]{1,40})\/([\w-]{16,128})(?:\?.*)?$/;
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Where messengers call. It stands before the framework: a webhook's body stays raw bytes, nothing is parsed before the
 * caller has proved who it is, and no hook, guard, pipe or interceptor runs on the receiving path.
 */
@Injectable()
export class WebhookDoor implements OnModuleInit {
  private readonly logger = new Logger(WebhookDoor.name);
  private readonly bodies = new BodyReader();
  private stopping = false;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly ways: WebhookWays,
    private readonly manager: MessageManager,
    private readonly metrics: ReceivingMetrics,
    private readonly options: MessagingOptions,
  ) {}

  onModuleInit(): void {
    if (!this.options.takeWebhooks) return;
    const { httpAdapter } = this.adapterHost;
    httpAdapter.getInstance<FastifyInstance>().addHook('preClose', (done) => {
      this.stopping = true;
      done();
    });
    const server = httpAdapter.getHttpServer() as Server;
    const others = server.listeners('request') as Handler[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const address = request.method === 'POST' && ADDRESS.exec(request.url ?? '');
      if (address) void this.enter(address[1]!, address[2]!, request, response);
      else for (const handle of others) handle(request, response);
    });
  }

  /** Whatever goes wrong after authentication, the messenger must deliver again: never a 2xx, never a lost event. */
  private async enter(name: string, key: string, request: IncomingMessage, response: ServerResponse) {
    try {
      const body = await this.bodies.read(request);
      const way = await this.ways.to(name, key);
      if (!way) return this.refuse(response, 404, 'not_found', 'There is no such webhook.');
      const call = { headers: request.headers, body };
      if (!this.ways.admits(name, way, call)) {
        this.metrics.refused(name);
        return this.refuse(response, 401, 'not_authentic', 'The call does not carry a valid proof of its sender.');
      }
      const began = performance.now();
      this.metrics.committed(name, await this.manager.receive(name, call, way.account), began);
      this.answer(response, 200);
    } catch (error) {
      if (error instanceof BodyTooLarge) return this.refuse(response, 413, 'too_large', 'The body is too large.');
      if (error instanceof BodyTooSlow)
        return this.refuse(response, 408, 'timeout', 'The body took too long to arrive.');
      if (!(error instanceof InboxUnavailable)) this.logger.error(`A webhook call failed: ${(error as Error).message}`);
      response.setHeader('retry-after', '1');
      this.refuse(response, 503, 'unavailable', 'The event was not taken. Deliver it again.');
    }
  }

  private refuse(response: ServerResponse, status: number, code: string, detail: string): void {
    if (response.headersSent || response.destroyed) return;
    response.setHeader('content-type', 'application/problem+json');
    const requestId = requestIdOf(response.req);
    response.setHeader('x-request-id', requestId);
    this.answer(response, status, JSON.stringify(problemBody(requestId, { status, code, detail })));
  }

  /** The connection ends where the rest of a body may come, and while stopping: an idle one would keep the server waiting. */
  private answer(response: ServerResponse, status: number, body = ''): void {
    if (this.stopping || status === 413 || status === 408) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }
}
