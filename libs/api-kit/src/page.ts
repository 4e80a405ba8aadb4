import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { PageDto } from './page-query.dto.js';
import { Problem } from './problem.js';

export interface Page<Item> {
  readonly data: Item[];
  readonly page: PageDto;
}

/**
 * One page of a list. `found` holds up to `limit + 1` items in list order: the one too many only says that there is a
 * next page.
 */
export function pageOf<Item>(found: readonly Item[], limit: number, cursorOf: (item: Item) => string): Page<Item> {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const next = found.length > limit && last !== undefined ? cursorOf(last) : null;
  return { data, page: { next, prev: null } };
}

/** An opaque cursor: the sort values of an item, in the list's order. */
export function encodeCursor(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts.map((part) => (part === null ? '' : String(part))))).toString('base64url');
}

/**
 * The `length` sort values of a cursor made by `encodeCursor`. Throws Problem 400 `invalid_cursor`, which names the
 * `parameter` it stood in.
 */
export function decodeCursor(cursor: string, length: number, parameter?: string): string[] {
  const parts = parse(cursor);
  const readable =
    Array.isArray(parts) &&
    parts.length === length &&
    parts.every((part): part is string => typeof part === 'string' && !part.includes('\0') && part.isWellFormed());
  if (!readable) throw Problem.unknownCursor(parameter);
  return parts;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** Documents a list answer: `{ data: Item[], page }`. */
export function ApiPage(item: Type): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(item, PageDto),
    ApiOkResponse({
      description: 'One page of the list',
      schema: {
        type: 'object',
        required: ['data', 'page'],
        properties: {
          data: { type: 'array', items: { $ref: getSchemaPath(item) } },
          page: { $ref: getSchemaPath(PageDto) },
        },
      },
    }),
  );
}
