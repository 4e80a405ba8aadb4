import { arrayOf, at, objectOf, textOf } from '#messenger-kit';
import type { UntrustedObject } from '#messenger-kit';

const MAX_PIECES = 1_000;
const MAX_LENGTH = 16_384;

/** Text for content that has none of its own but reads well as text. A sticker's emoji is not what was said. */
export function readableText(message: UntrustedObject, kind: string | undefined): string | undefined {
  const content = kind === undefined ? undefined : message[kind];
  switch (kind) {
    case 'dice':
      return textOf(at(content, 'emoji'));
    case 'poll':
      return textOf(at(content, 'question'));
    case 'game':
    case 'invoice':
      return lines([at(content, 'title'), at(content, 'description')]);
    case 'giveaway':
      return textOf(at(content, 'prize_description'));
    case 'checklist':
      return lines([at(content, 'title'), ...arrayOf(at(content, 'tasks')).map((task) => at(task, 'text'))]);
    case 'rich_message':
      return lines(textsIn(at(content, 'blocks')));
    default:
      return undefined;
  }
}

function lines(parts: readonly unknown[]): string | undefined {
  const said = parts.flatMap((part) => textOf(part) ?? []).join('\n');
  return textOf(said.slice(0, MAX_LENGTH));
}

/** What stands under `text` anywhere in a formatted document, in reading order. Takes any depth. */
function textsIn(blocks: unknown): string[] {
  const texts: string[] = [];
  const waiting: unknown[] = [blocks];
  for (let seen = 0; waiting.length > 0 && seen < MAX_PIECES; seen++) {
    const value = waiting.pop();
    if (typeof value === 'string') texts.push(value);
    else if (Array.isArray(value)) waiting.push(...(value as unknown[]).slice(0, MAX_PIECES).reverse());
    else
      waiting.push(
        ...Object.entries(objectOf(value) ?? {})
          .flatMap(readable)
          .reverse(),
      );
  }
  return texts;
}

function readable([key, value]: [string, unknown]): unknown[] {
  return key === 'text' || (typeof value === 'object' && value !== null) ? [value] : [];
}
