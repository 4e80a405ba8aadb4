/** What the tests read of the OpenAPI document. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** As the document writes it: `/v1/chats/{chatId}`. */
  readonly path: string;
  /** Who may call it; undefined = everybody. */
  readonly roles: readonly string[] | undefined;
  /** Names of the path's parameters. */
  readonly ids: readonly string[];
  /** Required query parameters, with their examples. */
  readonly query: string;
  /** A body the document calls acceptable; undefined where none is taken, or none of JSON. */
  readonly body: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface RawOperation {
  readonly operationId: string;
  readonly 'x-roles'?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** What callers may give that looks like an address, as `operationId /pointer`; `*` stands for whatever name or place. */
export function addressFieldsIn(document: ApiDocument): string[] {
  const found = new Set<string>();
  const look = (operation: string, schema: Schema, pointer: string, above: readonly Schema[]): void => {
    if (above.includes(schema)) return;
    const inner = (one: Schema, at: string) => look(operation, one, at, [...above, schema]);
    if (schema.$ref) inner(document.components.schemas[schema.$ref.replace(/^.*\//, '')] ?? {}, pointer);
    for (const one of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) inner(one, pointer);
    if (schema.items) inner(schema.items, `${pointer}/*`);
    if (typeof schema.additionalProperties === 'object') found.add(`${operation} ${pointer}/*`);
    for (const [name, one] of Object.entries(schema.properties ?? {})) {
      if (isAddress(name, one)) found.add(`${operation} ${pointer}/${name}`);
      inner(one, `${pointer}/${name}`);
    }
  };
  for (const methods of Object.values(document.paths))
    for (const { operationId, requestBody } of Object.values(methods))
      for (const { schema } of Object.values(requestBody?.content ?? {})) look(operationId, schema, '', []);
  return [...found].sort();
}

function isAddress(name: string, { format, example }: Schema): boolean {
  if (format === 'uri' || /^(https?:)?\/\//.test(String(example))) return true;
  return /(url|uri|href|link|reference|endpoint|origin|host|callback)s?$/i.test(name);
}

export function operationsIn(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(document, path, method.toUpperCase(), raw)),
  );
}

function operationOf(document: ApiDocument, path: string, method: string, raw: RawOperation): Operation {
  const schema = raw.requestBody?.content['application/json']?.schema;
  const required = (raw.parameters ?? []).filter((one) => one.in === 'query' && one.required);
  const query = required.map((one): [string, string] => [
    one.name,
    String(one.example ?? exampleOf(document, one.schema ?? {})),
  ]);
  return {
    name: raw.operationId,
    method,
    path,
    roles: raw['x-roles'],
    ids: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!),
    query: query.length > 0 ? `?${new URLSearchParams(query).toString()}` : '',
    body: schema && exampleOf(document, schema),
  };
}

/** The least the schema asks for, made of its examples. */
function exampleOf(document: ApiDocument, schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.$ref) return exampleOf(document, document.components.schemas[schema.$ref.replace(/^.*\//, '')] ?? {});
  if (schema.allOf) return exampleOf(document, schema.allOf[0]!);
  if (schema.enum) return schema.enum[0];
  if (schema.properties) return objectOf(document, schema.properties, schema.required ?? []);
  const [type] = [schema.type].flat();
  if (type === 'array') return schema.items ? [exampleOf(document, schema.items)] : [];
  if (type === 'integer' || type === 'number') return 1;
  if (type === 'boolean') return true;
  return type === 'object' ? {} : 'something';
}

/** Where nothing is required, one property: an empty change is refused by some. */
function objectOf(document: ApiDocument, properties: Readonly<Record<string, Schema>>, required: readonly string[]) {
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, exampleOf(document, properties[name] ?? {})]));
}
