import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { BODY_PROBLEMS, COMMON_PROBLEMS, ProblemDto, problemResponse } from '#api-kit';
import { ROLES_EXTENSION } from '#identity';
import { product } from '../product.js';
import { eventSchemas, eventWebhooks, oneOfEvents } from './event-webhooks.js';
import { webhookPaths } from './webhook-paths.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const PROBLEMS = [...COMMON_PROBLEMS, ...BODY_PROBLEMS];

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const DESCRIPTION = `Customers write on Facebook Messenger, Telegram and more; agents answer from one place.

Sign in with \`POST /v1/auth/sessions\` and send the access token, or an API key, as \`Authorization: Bearer …\`.
Errors are \`application/problem+json\` (RFC 9457); \`code\` is stable, and \`errors\` says where in the request it is: \`#/queueId\` in
the body, \`?limit\` in the query. What is named by its id and is not there is 422 \`unknown_queue\`, \`unknown_agent\`,
\`unknown_channel\` …; a contact or person out of the caller’s sight is 404, as in an address. Lists answer \`{ data, page }\`; pass \`page.next\` as \`cursor\`.
A POST that creates or sends takes an \`Idempotency-Key\`. Times are RFC 3339 in UTC, ids are UUIDs.
A time in a request says its zone; a day alone, such as \`2026-11-22\`, is the first moment of that day in UTC.
A PATCH changes what its body names. Where nothing is required, \`{}\` and no body at all change nothing, and the answer is the thing as it is.
What an operation does not take, a property, a query parameter, a body at all, is refused with 422.`;

/** The OpenAPI document of all rooms. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const frame = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Parley')
    .setDescription(DESCRIPTION)
    .setVersion(product.version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Access token of a session, or an API key' })
    .build();
  const document = SwaggerModule.createDocument(app, frame, {
    operationIdFactory: (_controller, method) => method,
    extraModels: [ProblemDto],
  });
  for (const { method, operation } of operationsOf(document)) complete(method, operation);
  const schemas = document.components?.schemas ?? {};
  for (const schema of Object.values(schemas)) nameMoments('properties' in schema ? schema.properties : undefined);
  document.components = {
    ...document.components,
    schemas: { ...schemas, ...eventSchemas, Event: { ...schemas.Event, ...oneOfEvents() } },
    responses: Object.fromEntries(PROBLEMS.map((status) => [`Problem${status}`, problemResponse(status)])),
  };
  document.paths = { ...document.paths, ...webhookPaths };
  document.webhooks = eventWebhooks;
  document.tags = tagsOf(document);
  return document;
}

function operationsOf({ paths }: OpenAPIObject): { readonly method: string; readonly operation: Operation }[] {
  return Object.values(paths).flatMap((path) =>
    METHODS.flatMap((method) => {
      const operation = path[method];
      return operation ? [{ method, operation }] : [];
    }),
  );
}

/** What every operation has: who may call it, and the problems any operation may answer. */
function complete(method: string, operation: Operation): void {
  const extended = operation as Operation & { [ROLES_EXTENSION]?: readonly string[] };
  const roles = extended[ROLES_EXTENSION] ?? [];
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? status;
  }
  operation.security = roles.length > 0 ? [{ bearer: [] }] : [];
  if (roles.length === 0) delete extended[ROLES_EXTENSION];
  for (const parameter of operation.parameters ?? []) if ('schema' in parameter) nameMoments({ it: parameter.schema });
  for (const status of method === 'get' ? COMMON_PROBLEMS : PROBLEMS)
    operation.responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
}

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A text whose example is a time is one: said here for all of them, beside each it would be forgotten. */
function nameMoments(members: Readonly<Record<string, unknown>> = {}): void {
  for (const schema of Object.values(members) as { example?: unknown; format?: string }[]) {
    if (typeof schema.example === 'string' && MOMENT.test(schema.example)) schema.format ??= 'date-time';
  }
}

function tagsOf(document: OpenAPIObject): OpenAPIObject['tags'] {
  const names = new Set(operationsOf(document).flatMap(({ operation }) => operation.tags ?? []));
  return [...names].sort().map((name) => ({ name, description: TAGS[name] ?? name }));
}

const TAGS: Readonly<Record<string, string>> = {
  actions: 'What agents can run from a chat',
  agents: 'The state of those who answer',
  attachments: 'Files: what contacts send, what agents upload',
  auth: 'Signing in and out',
  channels: 'Accounts of ours on a messenger: a Page, a bot',
  chats: 'Conversations, from the first message until closed',
  contacts: 'People outside who write to us',
  counts: 'What is unread',
  events: 'What happened, as it happens',
  ledger: 'What became of every event a messenger delivered',
  messages: 'What is said in a chat',
  messengers: 'Networks this server can speak',
  queues: 'Where new chats wait for an agent',
  reports: 'What happened, in figures',
  search: 'Finding what was said, and who said it',
  system: 'For operators',
  users: 'Our people and the API keys of our programs',
  'webhook endpoints': 'Addresses of other programs that events are delivered to',
  webhooks: 'Where messengers deliver their events',
};
