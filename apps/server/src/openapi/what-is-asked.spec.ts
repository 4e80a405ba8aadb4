import { readFileSync } from 'node:fs';

interface Shape {
  readonly properties: Readonly<Record<string, object>>;
}
interface Parameter {
  readonly name: string;
  readonly schema: object;
}
interface Operation {
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, object>>;
}

/** The committed document, which the checks compare with what the code says. */
const { components, paths } = JSON.parse(readFileSync('docs/api/openapi.json', 'utf8')) as {
  readonly components: { readonly schemas: Readonly<Record<string, Shape>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const property = (schema: string, name: string) => components.schemas[schema]?.properties[name];
const parameter = (path: string, name: string) => paths[path]?.get?.parameters.find((one) => one.name === name)?.schema;

it.each([
  ['CreateQueueDto', 'name', { minLength: 1, maxLength: 100, pattern: '\\S' }],
  ['CreateQueueDto', 'greetingText', { type: ['string', 'null'], minLength: 1, maxLength: 2000 }],
  ['CreateQueueDto', 'closeAfterMinutes', { type: ['integer', 'null'], minimum: 1, maximum: 43_200 }],
  ['CreateUser', 'name', { minLength: 1, maxLength: 200, pattern: '\\S' }],
  ['CreateTagDto', 'color', { pattern: '^#[0-9a-fA-F]{6}$' }],
  ['SetStateDto', 'state', { pattern: '^[a-z][a-z0-9_-]{0,39}$' }],
  ['RegisterChannel', 'language', { maxLength: 35, pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' }],
  ['UpdateContact', 'note', { type: ['string', 'null'], maxLength: 10_000 }],
  ['CreateWebhookEndpoint', 'url', { format: 'uri', maxLength: 2000 }],
  ['ReplayWebhookEvents', 'until', { format: 'date-time' }],
])('says what is asked of %s.%s', (schema, name, asked) => {
  expect(property(schema, name)).toMatchObject(asked);
});

it.each([
  ['/v1/queues', 'limit', { type: 'integer', minimum: 1, maximum: 100, default: 50 }],
  ['/v1/chats', 'openedFrom', { format: 'date-time' }],
  ['/v1/chats', 'text', { minLength: 1, maxLength: 100 }],
  ['/v1/audit', 'to', { format: 'date-time' }],
  ['/v1/quick-replies', 'prefix', { pattern: '^[\\p{L}\\p{M}\\p{N}_-]{0,50}$' }],
])('says what is asked of the query of %s: %s', (path, name, asked) => {
  expect(parameter(path, name)).toMatchObject(asked);
});

it('says that a body may be too large, or of the wrong kind, wherever one can be sent', () => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      method === 'get' || path.startsWith('/webhooks/') ? [] : [{ path, method, statuses: operation.responses }],
    ),
  );
  expect(operations.length).toBeGreaterThan(50);
  expect(operations.filter(({ statuses }) => !statuses['413'] || !statuses['415'])).toEqual([]);
});

it.each(['holder', 'chat', 'contactId', 'openChats', 'state', 'reason', 'messengerCode', 'retryAfter', 'cursor'])(
  'says what a problem’s %s is',
  (name) => {
    expect(property('Problem', name)).toBeDefined();
  },
);

it('says what a file’s content is answered with', () => {
  const statuses = Object.keys(paths['/v1/attachments/{attachmentId}']?.get?.responses ?? {});
  expect(statuses).toEqual(expect.arrayContaining(['200', '206', '304', '416']));
});
