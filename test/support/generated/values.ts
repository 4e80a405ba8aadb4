import fc from 'fast-check';
import { type Resolve, type Schema, typesOf } from './document.js';

/** Draws one value; all chance of a request comes from here, and so from the seed. */
export type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T;

/** What there is, by the name of the parameter or property that says its id. */
export type Known = (name: string) => readonly string[];

/** What people write all over the world, and a few bytes besides; no control characters. */
const LETTERS = fc.constantFrom(
  ...[
    'a',
    'Z',
    '7',
    ' ',
    '-',
    '_',
    '.',
    '"',
    '\\',
    '/',
    '%',
    '&',
    '<',
    "'",
    '{{',
    '}}',
    '$1',
    '😀',
    '𝒳',
    '👩‍👩‍👧',
    'é',
    'e\u0301',
  ],
  ...['Ж', 'ß', 'ش', '\u202e', '\u200f', '漢', '\ufeff', '\u00a0', '\u2028', '\uffff', '\u{10ffff}', 'İ', 'ﬃ'],
);

/** Values that satisfy schemas. */
export class Values {
  constructor(
    private readonly resolve: Resolve,
    private readonly known: Known,
    private readonly url: string,
  ) {}

  of(given: Schema, name: string, draw: Draw): unknown {
    const schema = this.resolve(given);
    const choices = schema.anyOf;
    if (choices) return this.of(draw(fc.constantFrom(...choices)), name, draw);
    if (schema.enum) return draw(fc.constantFrom(...schema.enum));
    const types = typesOf(schema);
    switch (types.length > 0 ? draw(fc.constantFrom(...types)) : 'string') {
      case 'null':
        return null;
      case 'boolean':
        return draw(fc.boolean());
      case 'integer':
        return draw(wholeNumbers(schema));
      case 'number':
        return draw(numbers(schema));
      case 'array':
        return this.list(schema, name, draw);
      case 'object':
        return this.object(schema, draw);
      default:
        return this.text(schema, name, draw);
    }
  }

  private object(schema: Schema, draw: Draw): unknown {
    const { properties = {}, required = [], additionalProperties } = schema;
    const names = Object.keys(properties).filter((name) => required.includes(name) || draw(fc.boolean()));
    const fixed = names.map((name): [string, unknown] => [name, this.of(properties[name]!, name, draw)]);
    if (typeof additionalProperties !== 'object') return Object.fromEntries(fixed);
    const words = draw(fc.uniqueArray(fc.constantFrom('size', 'order no', 'Größe', 'ящик_2'), { maxLength: 3 }));
    const free = words.map((word): [string, unknown] => [word, this.of(additionalProperties, word, draw)]);
    return Object.fromEntries([...fixed, ...free]);
  }

  private list({ items = {}, minItems = 0, maxItems = 3, uniqueItems }: Schema, name: string, draw: Draw): unknown[] {
    const one = name.replace(/s$/, '');
    const size = draw(fc.integer({ min: minItems, max: Math.min(maxItems, minItems + 2) }));
    const found = Array.from({ length: size }, () => this.of(items, one, draw));
    if (!uniqueItems) return found;
    const key = (item: unknown) => JSON.stringify(isRecord(item) && 'language' in item ? item.language : item);
    return [...new Map(found.map((item) => [key(item), item])).values()];
  }

  private text(schema: Schema, name: string, draw: Draw): string {
    const { format, pattern, minLength = 0, maxLength = 2_000 } = schema;
    const isId = format === 'uuid';
    const there = this.known(name).filter((word) => UUID.test(word) === isId);
    if (isId) return draw(there.length > 0 ? fc.oneof(fc.constantFrom(...there), uuids) : uuids);
    if (there.length > 0) return draw(fc.constantFrom(...there));
    if (format === 'date-time') return draw(moments);
    if (format === 'date') return draw(moments).slice(0, 10);
    if (format === 'email') return `${draw(words)}@example.com`;
    if (format === 'uri') return `${this.url}/${draw(endsOfAddresses)}`;
    if (pattern !== undefined && pattern !== '\\S') return draw(matching(schema));
    return draw(texts(Math.max(minLength, pattern === undefined ? 0 : 1), maxLength));
  }
}

const UUID = /^[0-9a-f-]{36}$/;
const words = fc.stringMatching(/^[a-z]{1,12}$/);
const endsOfAddresses = fc.stringMatching(/^[a-z0-9?=&-]{0,12}$/);
const uuids = fc.uuid({ version: [4, 7] });

const moments = fc
  .date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

function numbers({ minimum = -1e9, maximum = 1e9 }: Schema): fc.Arbitrary<number> {
  const within = fc.double({ min: minimum, max: maximum, noNaN: true, noDefaultInfinity: true });
  return fc.oneof(fc.constantFrom(minimum, maximum), within);
}

function wholeNumbers({ minimum: min = -1e9, maximum: max = 1e9 }: Schema): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(min, max),
    fc.integer({ min, max }),
    fc.integer({ min, max: Math.min(max, min + 9) }),
  );
}

/** Mostly short; lengths are those of JSON Schema: characters, not halves of them. A blank at an end counts for nothing. */
function texts(min: number, max: number): fc.Arbitrary<string> {
  const short = fc.string({ unit: LETTERS, minLength: min, maxLength: Math.min(max, 12) });
  const longest = LETTERS.map((letter) => [...letter][0]!.repeat(max));
  return fc
    .oneof({ weight: 8, arbitrary: short }, { weight: 1, arbitrary: longest })
    .map((text) => [...text].slice(0, max).join(''))
    .map((text) => (min > 0 && [...text.trim()].length < min ? 'a'.repeat(min) : text));
}

/** By pattern: to make one that draws takes hundreds of times as long as to draw. */
const drawers = new Map<string, fc.Arbitrary<string>>();

function textsOf(regex: RegExp): fc.Arbitrary<string> {
  const drawer = drawers.get(regex.source) ?? fc.stringMatching(regex);
  drawers.set(regex.source, drawer);
  return drawer;
}

function matching({ pattern = '', example, maxLength = Infinity }: Schema): fc.Arbitrary<string> {
  const examples = fc.constant(String(example));
  try {
    const regex = new RegExp(pattern, 'u');
    const fits = (text: string) => regex.test(text) && [...text].length <= maxLength;
    const made = textsOf(regex).map((text) => (fits(text) ? text : String(example)));
    return example === undefined ? made : fc.oneof(examples, made);
  } catch {
    return examples;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
