import { type Resolve, type Schema, typesOf } from './document.js';
import { isRecord } from './values.js';

/** One thing that is wrong with a value, and the value with it. */
export interface Fault {
  /** Where it is, from the value itself; an empty list = the value itself. */
  readonly place: readonly string[];
  readonly what: string;
  readonly value: unknown;
}

const OF_TYPES: Readonly<Record<string, readonly unknown[]>> = {
  string: ['7', 'true'],
  number: [7.5],
  integer: [7],
  boolean: [true],
  object: [{}, { length: 1 }, { toString: 'x' }],
  array: [[], ['7'], [{}]],
  null: [null],
};

const UNKNOWN = ['surprise', 'toString', 'hasOwnProperty', 'a/b~c', 'isAdmin', ''];

/** Everything that can be wrong in one place of a value that satisfies the schema. */
export function faultsIn(resolve: Resolve, given: Schema, value: unknown): Fault[] {
  const schema = resolve(given);
  const own = ownFaults(schema, value).map(([what, wrong]) => ({ place: [], what, value: wrong }));
  if (isRecord(value)) return [...own, ...ofObject(resolve, schema, value)];
  if (!Array.isArray(value)) return own;
  const inItems = value.slice(0, 3).flatMap((item, at) =>
    faultsIn(resolve, schema.items ?? {}, item).map((fault) => ({
      place: [String(at), ...fault.place],
      what: fault.what,
      value: value.map((one: unknown, index) => (index === at ? fault.value : one)),
    })),
  );
  return [...own, ...inItems];
}

function ofObject(resolve: Resolve, schema: Schema, value: Record<string, unknown>): Fault[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const schemaOf = (name: string) =>
    properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : {});
  const inside = Object.keys(value).flatMap((name) =>
    faultsIn(resolve, schemaOf(name), value[name]).map((fault) => ({
      place: [name, ...fault.place],
      what: fault.what,
      value: { ...value, [name]: fault.value },
    })),
  );
  const missing = required.map((name) => {
    const { [name]: _, ...rest } = value;
    return { place: [name], what: 'is missing', value: rest };
  });
  if (additionalProperties !== undefined && additionalProperties !== false) return [...inside, ...missing];
  const unknown = UNKNOWN.map((name) => ({ place: [name], what: 'is unknown', value: { ...value, [name]: 1 } }));
  return [...inside, ...missing, ...unknown];
}

type Own = readonly [what: string, value: unknown];

function ownFaults(schema: Schema, value: unknown): Own[] {
  const types = typesOf(schema);
  const allowed = (type: string) => types.includes(type) || (type === 'integer' && types.includes('number'));
  const wrong = Object.entries(OF_TYPES).flatMap(([type, values]) =>
    types.length === 0 || allowed(type) || (type === 'number' && types.includes('integer'))
      ? []
      : values.map((one): Own => [`is ${type}`, one]),
  );
  if (schema.enum) return [...wrong, ['is none of the words', 'no such word'], ['is an empty word', '']];
  if (typeof value === 'string') return [...wrong, ...ofText(schema, value)];
  if (typeof value === 'number') return [...wrong, ...ofNumber(schema)];
  if (Array.isArray(value)) return [...wrong, ...ofList(schema, value)];
  return wrong;
}

function ofText({ format, pattern, minLength = 0, maxLength }: Schema, value: string): Own[] {
  const found: Own[] = [
    ['holds NUL', `${value.slice(1)}\0`],
    ['holds half a character', `${value.slice(1)}\ud83d`],
  ];
  if (minLength > 0) found.push(['is empty', '']);
  if (maxLength !== undefined && format === undefined && pattern === undefined)
    found.push(['is too long', 'x'.repeat(maxLength + 1)], ['is far too long', '漢'.repeat(maxLength * 3 + 20)]);
  if (format !== undefined && format !== 'binary')
    found.push([`is no ${format}`, 'no such thing'], [`is no ${format}`, '']);
  if (format === 'uuid') found.push(['is no uuid', "00000000-0000-7000-8000-00000000000' OR 1=1"]);
  if (format === 'date' || format === 'date-time')
    found.push(['is no day', format === 'date' ? '2026-13-31' : '2026-02-31T10:00:00Z']);
  if (format === 'date-time') found.push(['is without a zone', '2026-11-22T10:00:00']);
  if (pattern !== undefined)
    for (const one of ['\u0001', '', ' ', 'x'.repeat(5000)])
      if (!new RegExp(pattern, 'u').test(one)) found.push(['does not fit', one]);
  return found;
}

function ofNumber({ type, minimum, maximum }: Schema): Own[] {
  const found: Own[] = [];
  if (minimum !== undefined) found.push(['is too small', minimum - 1], ['is far too small', -1e300]);
  if (maximum !== undefined) found.push(['is too large', maximum + 1], ['is far too large', 1e300]);
  if (typesOf({ type }).includes('integer')) found.push(['is no whole number', (minimum ?? 0) + 0.5]);
  return found;
}

function ofList({ minItems = 0, maxItems, uniqueItems }: Schema, value: readonly unknown[]): Own[] {
  const found: Own[] = [['holds a list', [[...value]]]];
  if (minItems > 0) found.push(['is empty', []]);
  if (value.length === 0) return found;
  if (maxItems !== undefined) found.push(['is too long', Array.from({ length: maxItems + 1 }, () => value[0])]);
  if (uniqueItems) found.push(['holds one twice', [value[0], value[0]]]);
  return found;
}
