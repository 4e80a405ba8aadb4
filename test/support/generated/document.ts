/** The whole OpenAPI document, as far as requests are made of it and answers compared with it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface RawAnswer {
  readonly $ref?: string;
  readonly content?: Content;
}

interface RawOperation {
  readonly operationId: string;
  readonly 'x-roles'?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, RawAnswer>>;
}

export interface RawDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, RawAnswer>>;
  };
}

export interface DocumentedOperation {
  readonly name: string;
  readonly method: string;
  /** As the document writes it: `/v1/chats/{chatId}`. */
  readonly path: string;
  /** Undefined = everybody. */
  readonly roles: readonly string[] | undefined;
  readonly parameters: readonly Parameter[];
  /** Of JSON; undefined where none is taken, or none of JSON. */
  readonly body: { readonly schema: Schema; readonly required: boolean } | undefined;
  /** Content by status. */
  readonly answers: ReadonlyMap<number, Content>;
}

export function documentedOperations({ paths, components }: RawDocument): DocumentedOperation[] {
  const contentOf = ({ $ref, content }: RawAnswer) =>
    ($ref ? components.responses[nameOf($ref)]?.content : content) ?? {};
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => {
      const schema = raw.requestBody?.content['application/json']?.schema;
      return {
        name: raw.operationId,
        method: method.toUpperCase(),
        path,
        roles: raw['x-roles'],
        parameters: raw.parameters ?? [],
        body: schema && { schema, required: raw.requestBody?.required === true },
        answers: new Map(Object.entries(raw.responses).map(([status, answer]) => [Number(status), contentOf(answer)])),
      };
    }),
  );
}

/** Looks a schema up where it only names another one. */
export type Resolve = (schema: Schema) => Schema;

export function resolver({ components }: RawDocument): Resolve {
  const resolve: Resolve = (schema) => {
    if (schema.$ref) return resolve(components.schemas[nameOf(schema.$ref)] ?? {});
    return schema.allOf?.length === 1 ? resolve(schema.allOf[0]!) : schema;
  };
  return resolve;
}

export function typesOf({ type, properties }: Schema): readonly string[] {
  if (type === undefined) return properties ? ['object'] : [];
  return typeof type === 'string' ? [type] : type;
}

export function nameOf(ref: string): string {
  return ref.replace(/^.*\//, '');
}
