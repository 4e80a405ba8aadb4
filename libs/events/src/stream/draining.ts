import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { EventStreams } from './event-streams.js';

/** Streams end when the server begins to stop: it waits for open requests, and these would never end by themselves. */
@Injectable()
export class Draining implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly streams: EventStreams,
  ) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('preClose', (done) => {
      this.streams.endAll();
      done();
    });
  }
}
