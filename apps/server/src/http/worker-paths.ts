import type { FastifyInstance } from 'fastify';
import { Problem } from '#api-kit';
import { documentOf, sendProblem } from '../http-errors.filter.js';

const SERVED = /^\/(?:health\/(?:live|ready)|metrics)(?:\?.*)?$/;

/** A worker only works: of all addresses it answers those by which it is watched. */
export function serveWatchersOnly(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (SERVED.test(request.raw.url ?? '')) return;
    await sendProblem(reply, request.id, documentOf(NOT_HERE));
  });
}

const NOT_HERE = new Problem(404, 'not_served_here', 'This node is a worker: it serves no API. Ask another one.');
