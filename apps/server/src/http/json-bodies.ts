import type { FastifyInstance } from 'fastify';
import { Problem } from '#api-kit';

const STRUCTURED = /^application\/[\w.!#$&^-]+\+json(?:;|$)/i;

/** Takes application/json and application/…+json and nothing else (415); of JSON one object, or nothing at all. */
export function takeJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  for (const type of ['application/json', STRUCTURED]) {
    server.addContentTypeParser<string>(type, { parseAs: 'string' }, (request, text, done) => {
      if (text === '') return done(null, undefined);
      return parse(request, text, (error, body: unknown) => {
        if (error) done(error);
        else if (isObject(body)) done(null, body);
        else done(Problem.invalid('The body must be a JSON object.', [{ pointer: '#', detail: 'must be an object' }]));
      });
    });
  }
}

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
