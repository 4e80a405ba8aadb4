import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#api-kit';
import { bearerOf, Callers, type Caller } from '#identity';
import { EventsOptions } from '../events-options.js';
import { placeOf } from '../reading/position.js';
import { Viewers } from '../reading/viewers.js';
import { CatchingUp } from './catching-up.js';
import { EventStream } from './event-stream.js';
import { StreamHub } from './stream-hub.js';

/** Opens streams, until this node stops. */
@Injectable()
export class EventStreams {
  private stopping = false;

  constructor(
    private readonly hub: StreamHub,
    private readonly catchingUp: CatchingUp,
    private readonly viewers: Viewers,
    private readonly callers: Callers,
    private readonly options: EventsOptions,
  ) {}

  /** Everything that can fail does so before the first byte, as a `Problem`; afterwards the connection just ends. */
  async open(caller: Caller, after: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (after !== undefined) placeOf(after);
    const viewer = await this.viewers.of(caller);
    if (!viewer) throw new Problem(401, 'unauthenticated', 'This session is over. Sign in again.');
    const expiresAt = this.callers.expiryOf(bearerOf(request) ?? '');
    const stream = new EventStream(caller, viewer, expiresAt, reply.raw, this.options.maxBacklogBytes);
    await this.hub.admit(stream);
    if (this.stopping) throw new Problem(503, 'stopping', 'This node is being stopped. Come back in a moment.');
    reply.hijack();
    stream.begin(reply.getHeaders());
    await this.catchingUp.join(stream, after).catch(() => stream.cut());
  }

  /** Readers come back, to another node or to this one when it is there again, and go on where they were. */
  endAll(): void {
    this.stopping = true;
    this.hub.endAll();
  }
}
