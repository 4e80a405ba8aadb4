/** The part of JSON Schema (2020-12) that payloads need. */
export interface JsonSchema {
  type?: string | string[];
  format?: string;
  description?: string;
  const?: string;
  enum?: (string | null)[];
  minimum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
}

/** A JSON schema that knows the type of what it describes: by having an example of it. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  readonly example: T;
  readonly optional?: boolean;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

export type Members = Readonly<Record<string, Shape<unknown>>>;

type Omittable<M extends Members> = {
  [K in keyof M]: M[K] extends { readonly optional: true } ? K : never;
}[keyof M];

type ObjectOf<M extends Members> = { readonly [K in Exclude<keyof M, Omittable<M>>]: TypeOf<M[K]> } & {
  readonly [K in Omittable<M>]?: TypeOf<M[K]>;
};

export const id: Shape<string> = {
  schema: { type: 'string', format: 'uuid' },
  example: '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa',
};

export const time: Shape<string> = {
  schema: { type: 'string', format: 'date-time' },
  example: '2026-11-22T10:00:00.123Z',
};

export function text(example: string): Shape<string> {
  return { schema: { type: 'string' }, example };
}

export function whole(example: number): Shape<number> {
  return { schema: { type: 'integer', minimum: 0 }, example };
}

export function flag(example: boolean): Shape<boolean> {
  return { schema: { type: 'boolean' }, example };
}

/** Nothing else than this. */
export function always<const T extends string>(value: T): Shape<T> {
  return { schema: { type: 'string', const: value }, example: value };
}

/** Always null. */
export const nothing: Shape<null> = { schema: { type: 'null' }, example: null };

/** One of these; the first is the example. */
export function oneOf<const T extends string>(...values: [T, ...T[]]): Shape<T> {
  return { schema: { type: 'string', enum: values }, example: values[0] };
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return { schema: { type: 'array', items: item.schema }, example: [item.example] };
}

export function orNull<T>({ schema, example: something }: Shape<T>, example: T | null = something): Shape<T | null> {
  const type = [schema.type ?? [], 'null'].flat();
  return { schema: { ...schema, type, ...(schema.enum && { enum: [...schema.enum, null] }) }, example };
}

/** A member that may be missing. */
export function maybe<T>(shape: Shape<T>): Shape<T> & { readonly optional: true } {
  return { ...shape, optional: true };
}

export function described<T>(description: string, shape: Shape<T>): Shape<T> {
  return { ...shape, schema: { ...shape.schema, description } };
}

export function object<const M extends Members>(members: M): Shape<ObjectOf<M>> {
  const all = Object.entries(members);
  const required = all.filter(([, { optional }]) => !optional).map(([name]) => name);
  const properties = Object.fromEntries(all.map(([name, { schema }]) => [name, schema]));
  const example = Object.fromEntries(all.map(([name, member]) => [name, member.example]));
  return { schema: { type: 'object', required, properties }, example: example as ObjectOf<M> };
}
