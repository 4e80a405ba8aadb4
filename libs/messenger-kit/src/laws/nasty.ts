/** JSON literals that some day arrive where something sensible was expected. */
export const NASTY: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1e308',
  '9007199254740993',
  '123456789012345678901234567890',
  '99999999999999',
  '""',
  '"\\u0000"',
  '"a\\u0000b\\ud800c\\udc00"',
  '"__proto__"',
  '"constructor"',
  '"' + 'long '.repeat(300) + '"',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":{"id":"1"},"constructor":{"id":"2"},"toString":1}',
];

/** The same, too large to put everywhere. */
export const HEAVY: readonly string[] = [
  '['.repeat(10_000) + ']'.repeat(10_000),
  '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
  `"${'x'.repeat(1_000_000)}"`,
  `"${'\\ud83d\\ude42'.repeat(80_000)}"`,
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MARK = '@@here@@';

/** `sample` with the value at each place in turn replaced by each literal, and left out. */
export function* mutations(sample: string, literals: readonly string[]): Generator<string> {
  const root = JSON.parse(sample) as Json;
  for (const path of pathsIn(root)) {
    const marked = JSON.stringify(replaced(root, path, MARK));
    for (const literal of literals) yield marked.replace(`"${MARK}"`, () => literal);
    yield JSON.stringify(replaced(root, path, undefined)) ?? '';
  }
}

function pathsIn(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsIn(item, [...path, key]));
  return [path, ...inside];
}

function replaced(value: Json, path: readonly (string | number)[], by: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const kept = index === key ? replaced(item, rest, by) : item;
      return kept === undefined ? [] : [kept];
    });
  }
  const object = value as { [key: string]: Json };
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, item]): [string, Json][] => {
      const kept = name === key ? replaced(item, rest, by) : item;
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}
