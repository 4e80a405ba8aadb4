import type { FastifyInstance } from 'fastify';

/** While stopping, every answer ends its connection: an idle one would keep the server waiting for its client. */
export function closeConnectionsWhileStopping(server: FastifyInstance): void {
  let stopping = false;
  server.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) void reply.header('Connection', 'close');
    done(null, payload);
  });
}
