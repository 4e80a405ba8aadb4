import { readFileSync } from 'node:fs';

/** The committed document, which `npm run check` compares with the code. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly example?: unknown;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

interface Operation {
  readonly operationId: string;
  readonly 'x-roles'?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly schema?: Schema }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

const document = JSON.parse(readFileSync('docs/api/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const schemas = Object.entries(document.components.schemas);
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

const membersOf = ({ $ref, ...schema }: Schema): readonly string[] =>
  Object.keys(($ref ? document.components.schemas[$ref.split('/').at(-1)!] : schema)?.properties ?? {});

test('every schema says what is in it', () => {
  const isEmpty = ({ type, properties, additionalProperties }: Schema) =>
    type === 'object' && additionalProperties === undefined && Object.keys(properties ?? {}).length === 0;
  expect(schemas.filter(([, schema]) => isEmpty(schema)).map(([name]) => name)).toEqual([]);
});

/** Reports have rows, events a cursor, and what a sign-in offers and gave is told at once. */
const OTHERWISE = ['connectSignInPages', 'listEvents', 'listSignInPages', 'reportChats', 'reportLoad', 'reportStates'];

test('what answers a list answers { data, page }', () => {
  const lists = operations.flatMap(({ operationId, responses }) => {
    const schema = responses['200']?.content?.['application/json']?.schema;
    const members = schema ? membersOf(schema) : [];
    return members.includes('data') && !members.includes('page') ? operationId : [];
  });
  expect(lists.sort()).toEqual(OTHERWISE);
});

test('a time says that it is one, wherever it stands', () => {
  const isMoment = ({ example }: Schema) => typeof example === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(example);
  const members = schemas.flatMap(([name, { properties = {} }]) =>
    Object.entries(properties).map(([member, schema]) => [`${name}.${member}`, schema] as const),
  );
  const parameters = operations.flatMap(({ operationId, parameters: all = [] }) =>
    all.map(({ name, schema = {} }) => [`${operationId}?${name}`, schema] as const),
  );
  const moments = [...members, ...parameters].filter(([, schema]) => isMoment(schema));
  expect(moments.length).toBeGreaterThan(0);
  expect(moments.filter(([, { format }]) => format !== 'date-time').map(([where]) => where)).toEqual([]);
});
