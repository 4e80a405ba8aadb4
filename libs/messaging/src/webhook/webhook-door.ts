import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { problemBody, requestIdOf } from '#api-kit';
import { MESSENGER_KEY, type WebhookRequest } from '#messenger-kit';
import { InboxUnavailable } from '../inbox/waiting.js';
import { MessageManager } from '../message-manager.js';
import { MessagingOptions } from '../messaging-options.js';
import { NotTaken } from './not-taken.js';
import { PlainConnections, type WebhookAnswer } from './plain-connections.js';
import type { PlainRequest } from './plain-request.js';
import { BodyReader, BodyTooLarge, BodyTooSlow } from './read-body.js';
import { ReceivingMetrics } from './receiving-metrics.js';
import { WebhookWays } from './webhook-ways.js';

/** `/webhooks/{messenger}/{key}` and nothing else: no encoding, no further slash. */
const ADDRESS = new RegExp(`^/webhooks/(${MESSENGER_KEY})/([\\w-]{16,128})(?:\\?.*)?$`);
const TAKEN: WebhookAnswer = { status: 200, headers: {}, body: '' };
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Where messengers call. It stands before the framework: a webhook's body stays raw bytes, nothing is parsed before the
 * caller has proved who it is, and no hook, guard, pipe or interceptor runs on the receiving path. Plain calls do not even
 * reach Node's HTTP server.
 */
@Injectable()
export class WebhookDoor implements OnModuleInit, OnApplicationShutdown {
  private readonly untaken = new NotTaken();
  private readonly bodies = new BodyReader();
  private stopping = false;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly ways: WebhookWays,
    private readonly manager: MessageManager,
    private readonly metrics: ReceivingMetrics,
    private readonly options: MessagingOptions,
  ) {}

  onApplicationShutdown(): void {
    this.untaken.end();
  }

  onModuleInit(): void {
    if (!this.options.takeWebhooks) return;
    const { httpAdapter } = this.adapterHost;
    const server = httpAdapter.getHttpServer() as Server;
    const enterPlainly = (request: PlainRequest) => {
      const address = ADDRESS.exec(request.target);
      return address ? this.enter(address, request) : undefined;
    };
    new PlainConnections(server, enterPlainly, () => this.stopping);
    httpAdapter.getInstance<FastifyInstance>().addHook('preClose', (done) => {
      this.stopping = true;
      done();
    });
    const others = server.listeners('request') as Handler[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const address = request.method === 'POST' && ADDRESS.exec(request.url ?? '');
      if (address) void this.readAndEnter(address, request, response);
      else for (const handle of others) handle(request, response);
    });
  }

  private async readAndEnter(address: RegExpExecArray, request: IncomingMessage, response: ServerResponse) {
    const { headers } = request;
    const answer = await this.bodies.read(request).then(
      (body) => this.enter(address, { headers, body }),
      (error: unknown) => this.withoutBody(request, error),
    );
    if (response.headersSent || response.destroyed) return;
    // The connection ends where the rest of a body may come, and while stopping: an idle one would keep the server waiting.
    if (this.stopping || !request.complete) response.setHeader('connection', 'close');
    response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
    response.end(answer.body);
  }

  /** Whatever goes wrong after authentication, the messenger must deliver again: never a 2xx, never a lost event. */
  private async enter([, name = '', key = '']: RegExpExecArray, call: WebhookRequest): Promise<WebhookAnswer> {
    try {
      const way = await this.ways.to(name, key);
      if (!way) return refusal(call, 404, 'not_found', 'There is no such webhook.');
      if (!this.ways.admits(name, way, call)) {
        this.metrics.refused(name);
        return refusal(call, 401, 'not_authentic', 'The call does not carry a valid proof of its sender.');
      }
      const began = performance.now();
      this.metrics.committed(name, await this.manager.receive(name, call, way.account), began);
      return TAKEN;
    } catch (error) {
      return this.notTaken(call, error);
    }
  }

  private withoutBody(call: Pick<WebhookRequest, 'headers'>, error: unknown): WebhookAnswer {
    if (error instanceof BodyTooLarge) return refusal(call, 413, 'too_large', 'The body is too large.');
    if (error instanceof BodyTooSlow) return refusal(call, 408, 'timeout', 'The body took too long to arrive.');
    return this.notTaken(call, error);
  }

  private notTaken(call: Pick<WebhookRequest, 'headers'>, error: unknown): WebhookAnswer {
    if (!(error instanceof InboxUnavailable)) this.untaken.add((error as Error).message);
    const { headers, ...answer } = refusal(call, 503, 'unavailable', 'The event was not taken. Deliver it again.');
    return { ...answer, headers: { ...headers, 'retry-after': '1' } };
  }
}

function refusal(
  { headers }: Pick<WebhookRequest, 'headers'>,
  status: number,
  code: string,
  detail: string,
): WebhookAnswer {
  const requestId = requestIdOf({ headers });
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': requestId },
    body: JSON.stringify(problemBody(requestId, { status, code, detail })),
  };
}
