import type { FastifyInstance } from 'fastify';
import { Problem } from '#api-kit';

const MAX_DEPTH = 32;

/**
 * Before any route sees a parsed body: no text PostgreSQL cannot hold, no nesting that would exhaust the stack, and no list in
 * a list: class-validator looks through such a one as though it were not there, and takes it for what the outer one should hold.
 */
export function checkBodies(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    done(problemIn(request.body));
  });
}

/** What is wrong with a parsed body. Buffers (raw webhook bodies) pass untouched. */
export function problemIn(body: unknown): Problem | undefined {
  return check(body, []);
}

/** Goes no deeper than the limit, so depth cannot hurt; `path` leads to `value` and is the same array all the way. */
function check(value: unknown, path: string[]): Problem | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : unstorable(path);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  if (path.length === MAX_DEPTH) return new Problem(400, 'too_deep', `JSON may be nested ${MAX_DEPTH} levels deep.`);
  for (const [key, member] of Object.entries(value)) {
    if (!isStorable(key)) return unstorable(path);
    path.push(key);
    const problem = Array.isArray(value) && Array.isArray(member) ? listInList(path) : check(member, path);
    if (problem) return problem;
    path.pop();
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function unstorable(path: readonly string[]): Problem {
  const detail = 'holds a NUL character or half a character';
  return Problem.invalid('A text holds a NUL character or half a character.', [{ pointer: pointerOf(path), detail }]);
}

function listInList(path: readonly string[]): Problem {
  return Problem.invalid('A list holds a list.', [{ pointer: pointerOf(path), detail: 'must not be a list' }]);
}

function pointerOf(path: readonly string[]): string {
  return ['#', ...path.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
