/** The parts of an OpenAPI document that clients depend on, loosely typed: both sides come from JSON. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses?: Readonly<Record<string, Content>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** What a client of `before` may miss or meet for the first time in `after`, one sentence each. */
export function breakingChanges(before: Document, after: Document): string[] {
  const operations = Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, old]) => {
      const where = `${method.toUpperCase()} ${path}`;
      const now = after.paths[path]?.[method];
      return now ? ofOperation(where, old, now) : [`${where} is gone`];
    }),
  );
  return [...operations, ...ofSchemas(before, after)];
}

function ofOperation(where: string, old: Operation, now: Operation): string[] {
  const changes: string[] = [];
  if (old.operationId !== now.operationId) changes.push(`${where} changed its operationId`);
  for (const parameter of now.parameters ?? []) {
    const known = old.parameters?.find((one) => one.name === parameter.name && one.in === parameter.in);
    if (parameter.required && !known?.required) changes.push(`${where} now requires ${parameter.in} ${parameter.name}`);
  }
  for (const { name, in: place } of old.parameters ?? []) {
    const kept = now.parameters?.some((one) => one.name === name && one.in === place);
    if (!kept) changes.push(`${where} no longer takes ${place} ${name}`);
  }
  for (const status of Object.keys(old.responses ?? {})) {
    if (status.startsWith('2') && !now.responses?.[status]) changes.push(`${where} no longer answers ${status}`);
  }
  if (!old.requestBody?.required && now.requestBody?.required) changes.push(`${where} now requires a body`);
  return changes;
}

function ofSchemas(before: Document, after: Document): string[] {
  const sent = sentSchemas(after);
  return Object.entries(before.components?.schemas ?? {}).flatMap(([name, old]) => {
    const now = after.components?.schemas?.[name];
    return now ? ofSchema(name, old, now, sent.has(name)) : [];
  });
}

function ofSchema(name: string, old: Schema, now: Schema, isSent: boolean): string[] {
  const changes: string[] = [];
  for (const [property, shape] of Object.entries(old.properties ?? {})) {
    const kept = now.properties?.[property];
    if (!kept) changes.push(`${name}.${property} is gone`);
    else if (kindOf(kept) !== kindOf(shape))
      changes.push(`${name}.${property} is now ${kindOf(kept)}, not ${kindOf(shape)}`);
    else changes.push(...ofSchema(`${name}.${property}`, shape, kept, isSent));
  }
  const added = (now.required ?? []).filter((property) => !old.required?.includes(property));
  if (isSent) changes.push(...added.map((property) => `${name}.${property} is now required`));
  return changes;
}

function kindOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.replace(/^.*\//, '');
  if (schema.items) return `${kindOf(schema.items)}[]`;
  return [schema.type ?? 'anything'].flat().join(' | ');
}

/** Names of the schemas that clients send: there a new required property breaks them. */
function sentSchemas({ paths, components }: Document): Set<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (names.has(name)) continue;
      names.add(name);
      visit(components?.schemas?.[name]);
    }
  };
  for (const methods of Object.values(paths))
    for (const operation of Object.values(methods)) visit(operation.requestBody);
  return names;
}
