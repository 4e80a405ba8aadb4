import type { FastifyInstance } from 'fastify';
import { Problem } from '#api-kit';

const MAX_DEPTH = 32;

/** Before any route sees a parsed body: no text PostgreSQL cannot hold, no nesting that would exhaust the stack. */
export function checkBodies(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    done(problemIn(request.body));
  });
}

/** Walks without recursion, so that depth cannot hurt. Buffers (raw webhook bodies) pass untouched. */
export function problemIn(body: unknown): Problem | undefined {
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value: body, pointer: '#', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value === 'string' && !isStorable(value)) return unstorable(pointer);
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    if (depth === MAX_DEPTH) return new Problem(400, 'too_deep', `JSON may be nested ${MAX_DEPTH} levels deep.`);
    for (const [key, member] of Object.entries(value)) {
      if (!isStorable(key)) return unstorable(pointer);
      open.push({
        value: member,
        pointer: `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        depth: depth + 1,
      });
    }
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function unstorable(pointer: string): Problem {
  return Problem.invalid('A text holds a NUL character or half a character.', [
    { pointer, detail: 'holds a NUL character or half a character' },
  ]);
}
