import fc from 'fast-check';
import type { DocumentedOperation, Parameter, Resolve, Schema } from './document.js';
import { type Fault, faultsIn } from './faults.js';
import { odd } from './oddities.js';
import type { GeneratedRequest, Kind } from './request.js';
import type { Draw, Values } from './values.js';

interface Parts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Requests made of what the document says. */
export class Requests {
  constructor(
    private readonly resolve: Resolve,
    private readonly values: Values,
  ) {}

  of(operation: DocumentedOperation, kind: Kind): fc.Arbitrary<GeneratedRequest> {
    return fc.gen().map((next) => {
      const draw: Draw = (arbitrary) => next(() => arbitrary);
      const parts = this.partsOf(operation, draw);
      const valid = written(operation, parts);
      if (kind === 'valid') return valid;
      return kind === 'odd' ? odd(valid, draw) : this.faulty(valid, parts, draw);
    });
  }

  private partsOf({ parameters, body }: DocumentedOperation, draw: Draw): Parts {
    const drawn = (place: string) =>
      Object.fromEntries(
        parameters
          .filter(
            (one) =>
              one.in === place && !CURSORS.has(one.name) && (one.in === 'path' || one.required || draw(oneIn(3))),
          )
          .map((one) => [one.name, this.parameter(one, draw)]),
      );
    const hasBody = body !== undefined && (body.required || draw(oneIn(2)));
    return {
      path: drawn('path'),
      query: drawn('query'),
      headers: drawn('header'),
      body: hasBody ? this.values.of(body.schema, '', draw) : undefined,
    };
  }

  private parameter({ name, in: place, schema, example }: Parameter, draw: Draw): string {
    if (place === 'header') return draw(keys);
    return String(this.values.of({ example, ...schema }, name, draw));
  }

  private faulty(valid: GeneratedRequest, parts: Parts, draw: Draw): GeneratedRequest {
    const { operation } = valid;
    const inQuery = queryFaults(this.resolve, operation, parts.query);
    const ofBody = parts.body === undefined ? [] : faultsIn(this.resolve, operation.body!.schema, parts.body);
    const whole = wholeFaults(this.resolve, valid, operation);
    const kinds = [inQuery, ofBody, ofBody, whole].filter(({ length }) => length > 0);
    if (kinds.length === 0) return odd(valid, draw);
    const chosen = draw(fc.constantFrom(...kinds));
    if (chosen === whole) return draw(fc.constantFrom(...whole));
    if (chosen === inQuery) {
      const { place, what, value } = draw(fc.constantFrom(...inQuery));
      const query = value as Readonly<Record<string, string>>;
      const name = `?${place[0]}`;
      return {
        ...written(operation, { ...parts, query }),
        kind: 'faulty',
        faults: [`${name} ${what}`],
        places: [name],
      };
    }
    return this.faultyBody(parts, ofBody, operation, draw);
  }

  private faultyBody(parts: Parts, faults: readonly Fault[], operation: DocumentedOperation, draw: Draw) {
    const whats = [...new Set(faults.map(({ what }) => what))];
    const what = draw(fc.constantFrom(...whats));
    const fault = draw(fc.constantFrom(...faults.filter((one) => one.what === what)));
    const pointer = pointerOf(fault.place);
    const request = written(operation, { ...parts, body: fault.value });
    return { ...request, kind: 'faulty' as const, faults: [`${pointer} ${what}`], places: [pointer] };
  }
}

/** Only a list itself can give one out; `after` of the events is one, too. */
const CURSORS = new Set(['cursor', 'after', 'Last-Event-ID']);

const keys = fc.stringMatching(/^[!-~]{8,40}$/);

const oneIn = (n: number) => fc.integer({ min: 1, max: n }).map((drawn) => drawn === 1);

function pointerOf(place: readonly string[]): string {
  return ['#', ...place.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

function written(operation: DocumentedOperation, { path, query, headers, body }: Parts): GeneratedRequest {
  const encoded = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const asked = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const isJson: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    operation,
    kind: 'valid',
    method: operation.method,
    target: encoded + (asked.length > 0 ? `?${asked.join('&')}` : ''),
    headers: { ...isJson, ...headers },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    faults: [],
    places: [],
  };
}

const NO_NUMBERS = ['x', '1e400', '0x10', '', ' ', 'NaN', '٣', '1,5', 'null', '[object Object]'];

function queryFaults(resolve: Resolve, operation: DocumentedOperation, query: Parts['query']): Fault[] {
  const named = operation.parameters.filter((one) => one.in === 'query');
  const wrong = named.flatMap(({ name, schema, required }): Fault[] => {
    const fault = (what: string, value: string) => ({ place: [name], what, value: { ...query, [name]: value } });
    const { [name]: _, ...rest } = query;
    const missing = required ? [{ place: [name], what: 'is missing', value: rest }] : [];
    return [...missing, ...wrongTexts(resolve(schema), name).map(([what, value]) => fault(what, value))];
  });
  const unknown = { place: ['surprise'], what: 'is unknown', value: { ...query, surprise: '1' } };
  return named.length > 0 ? [...wrong, unknown] : [];
}

function wrongTexts(schema: Schema, name: string): [string, string][] {
  const type = schema.type;
  if (type === 'boolean')
    return [
      ['is no boolean', 'maybe'],
      ['is no boolean', ''],
    ];
  const isNumber = type === 'number' || type === 'integer';
  const samples = isNumber ? 7 : (schema.enum?.[0] ?? 'x');
  const found = faultsIn((one) => one, schema, samples)
    .filter(({ value }) => typeof value === (isNumber ? 'number' : 'string'))
    .map(({ what, value }): [string, string] => [what, String(value)])
    // The server reads bytes that are no UTF-8 as characters that mean so; and an address has its own limit.
    .filter(([, text]) => text.isWellFormed() && text.length < 5_000 && Buffer.byteLength(text) < 12_000);
  if (isNumber) return [...found, ...NO_NUMBERS.map((text): [string, string] => ['is no number', text])];
  if (name === 'cursor')
    return [...found, ['is no cursor', 'WyJ4Il0'], ['is no cursor', 'e30'], ['is no cursor', '😀']];
  return found;
}

const MEGABYTE = 1024 * 1024;
const LEVELS = 10_000;

/** Made once: a request is drawn out of all that could be wrong with it. */
const LARGE = Buffer.from(JSON.stringify({ text: 'x'.repeat(MEGABYTE) }));
const DEEP = Buffer.from(`${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`);
const DEEP_IN_LISTS = Buffer.from(`{"a":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}`);

type Spoiling = (what: string, changes: Partial<GeneratedRequest>) => GeneratedRequest;

function keyFaults(but: Spoiling, { operation, headers }: GeneratedRequest): GeneratedRequest[] {
  if (!operation.parameters.some(({ name }) => name === 'Idempotency-Key')) return [];
  return ['', ' ', 'a b', 'é', 'x'.repeat(256), '\t'].map((value) =>
    but(`Idempotency-Key is ${JSON.stringify(value).slice(0, 20)}`, {
      headers: { ...headers, 'idempotency-key': value },
    }),
  );
}

/** What is wrong with a request as a whole. */
function wholeFaults(resolve: Resolve, valid: GeneratedRequest, { body }: DocumentedOperation): GeneratedRequest[] {
  const but: Spoiling = (what, changes) => ({
    ...valid,
    ...changes,
    kind: 'faulty',
    faults: [what],
  });
  const json = (body: string | Buffer, places: readonly string[] = []) => ({
    body: typeof body === 'string' ? Buffer.from(body) : body,
    headers: { ...valid.headers, 'content-type': 'application/json' },
    places,
  });
  const path = [but('the address is broken', { target: valid.target.replace(/^([^?]*)/, '$1%zz') })];
  if (!body) return [...keyFaults(but, valid), ...path];
  // Without a body is as with an empty one, which where all is optional changes nothing.
  const isNeeded = (resolve(body.schema).required ?? []).length > 0;
  const sent = valid.body ?? Buffer.from('{}');
  return [
    ...keyFaults(but, valid),
    ...path,
    ...(isNeeded ? [but('there is no body', { body: undefined, headers: withoutType(valid.headers) })] : []),
    but('the body is a list', json('[]', ['#'])),
    but('the body is a text', json('"x"', ['#'])),
    but('the body is null', json('null', ['#'])),
    but('the body is broken', json(`${sent.toString()}]`)),
    but('the body is cut off', json(sent.toString().slice(0, -1) || '{')),
    but('the body is nested 10,000 levels deep', json(DEEP)),
    but('the body is nested 10,000 lists deep', json(DEEP_IN_LISTS)),
    but('the body has __proto__', json('{"__proto__":{"isAdmin":true}}')),
    but('the body has constructor', json('{"constructor":{"prototype":{"isAdmin":true}}}')),
    but('the body is no UTF-8', json(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))),
    but('the body is too large', json(LARGE)),
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense'].map((type) =>
      but(`the body is ${type}`, { body: sent, headers: { ...valid.headers, 'content-type': type } }),
    ),
  ];
}

function withoutType(headers: GeneratedRequest['headers']): GeneratedRequest['headers'] {
  const { 'content-type': _, ...rest } = headers;
  return rest;
}
