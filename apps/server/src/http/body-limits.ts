import type { FastifyInstance } from 'fastify';
import { inPointer, Problem } from '#api-kit';

const MAX_DEPTH = 32;
/** Twice what the largest sensible request has. */
const MOST_VALUES = 5_000;
const MOST_PARAMETERS = 100;

/**
 * Before any route sees a parsed body: no text PostgreSQL cannot hold, no nesting that would exhaust the stack, and no list in
 * a list: class-validator looks through such a one as though it were not there, and takes it for what the outer one should hold.
 * Nor more values than any request has, or parameters: class-transformer compares each name with all the others.
 */
export function checkBodies(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    done(problemIn(request.body) ?? problemInQuery(request.query as object));
  });
}

/** What is wrong with a parsed body. Buffers (raw webhook bodies) pass untouched. */
export function problemIn(body: unknown): Problem | undefined {
  return check(body, [], { left: MOST_VALUES });
}

function problemInQuery(query: object): Problem | undefined {
  if (Object.keys(query).length <= MOST_PARAMETERS) return undefined;
  return new Problem(400, 'too_many_parameters', `An address may have ${MOST_PARAMETERS} parameters.`);
}

/** Goes no deeper than the limit, so depth cannot hurt; `path` leads to `value` and is, like `values`, the same all the way. */
function check(value: unknown, path: string[], values: { left: number }): Problem | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : unstorable(path);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  if (path.length === MAX_DEPTH) return new Problem(400, 'too_deep', `JSON may be nested ${MAX_DEPTH} levels deep.`);
  const members = Object.entries(value);
  values.left -= members.length;
  if (values.left < 0) return new Problem(400, 'too_many_values', `JSON may hold ${MOST_VALUES} values.`);
  for (const [key, member] of members) {
    if (!isStorable(key)) return unstorable(path);
    path.push(key);
    const problem = Array.isArray(value) && Array.isArray(member) ? listInList(path) : check(member, path, values);
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
  return ['#', ...path.map(inPointer)].join('/');
}
