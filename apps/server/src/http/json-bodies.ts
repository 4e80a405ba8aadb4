import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { Problem } from '#api-kit';

const BROKEN = 'The body is not valid JSON.';
/** As the parser's options have it. */
const POISONED = 'The body has a property named __proto__, or a constructor with a prototype. Neither is taken.';
const STRUCTURED = /^application\/[\w.!#$&^-]+\+json(?:;|$)/i;

/** Takes application/json and application/…+json and nothing else (415), in UTF-8; of JSON one object, or nothing at all. */
export function takeJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  for (const type of ['application/json', STRUCTURED]) {
    server.addContentTypeParser<Buffer>(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      if (bytes.length === 0) return done(null, undefined);
      // Read nevertheless, it would be taken with other characters in place of those that were meant.
      if (!isUtf8(bytes)) return done(new Problem(400, 'malformed_request', 'The body is not written in UTF-8.'));
      return parse(request, bytes.toString(), (error, body: unknown) => {
        if (error) done(new Problem(400, 'malformed_request', isJson(bytes) ? POISONED : BROKEN));
        else if (isObject(body)) done(null, body);
        else done(Problem.invalid('The body must be a JSON object.', [{ pointer: '#', detail: 'must be an object' }]));
      });
    });
  }
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
