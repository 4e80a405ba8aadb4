import type { OpenAPIObject } from '@nestjs/swagger';
import { EVENTS, envelopeShape, type EventKind } from '#events';
import { TEST_EVENT } from '#webhooks';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type PathItem = NonNullable<OpenAPIObject['paths'][string]>;

const DELIVERED: Readonly<Record<string, EventKind>> = { ...EVENTS, ...TEST_EVENT };

const HEADERS: Readonly<Record<string, readonly [string, string]>> = {
  'webhook-id': ['The event’s id, the same at every attempt', 'WyJrM2Y5YVhRMSIsIjc0MiIsIjEwOCJd'],
  'webhook-timestamp': ['When this attempt was made, in seconds since 1970', '1763805600'],
  'webhook-signature': [
    '`v1,` and HMAC-SHA256 over `id.timestamp.body`, in base64; several, with blanks between, while secrets change',
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ],
};

/** A schema for the envelope of each type of event. */
export const eventSchemas: Schemas = Object.fromEntries(
  Object.entries(DELIVERED).map(([type, kind]) => [nameOf(type), envelopeShape(type, kind).schema]),
);

/** What webhook endpoints are sent. */
export const eventWebhooks: Record<string, PathItem> = Object.fromEntries(
  Object.entries(DELIVERED).map(([type, kind]) => [type, { post: delivery(type, kind) }]),
);

/** Which events there are, for the schema that stands for all of them. */
export function oneOfEvents() {
  const mapping = Object.fromEntries(Object.keys(EVENTS).map((type) => [type, refTo(type)]));
  return { discriminator: { propertyName: 'type', mapping }, oneOf: Object.values(mapping).map(($ref) => ({ $ref })) };
}

function delivery(type: string, kind: EventKind): NonNullable<PathItem['post']> {
  return {
    operationId: `on${nameOf(type)}`,
    summary: kind.summary,
    tags: ['events'],
    security: [],
    parameters: Object.entries(HEADERS).map(([name, [description, example]]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string', example },
    })),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: refTo(type) }, example: envelopeShape(type, kind).example } },
    },
    responses: {
      '2XX': { description: 'Taken; it is not sent again' },
      410: { description: 'Nothing is to be sent there any more' },
    },
  };
}

/** `chat.offer_expired` → `ChatOfferExpiredEvent` */
function nameOf(type: string): string {
  const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Event`;
}

function refTo(type: string): string {
  return `#/components/schemas/${nameOf(type)}`;
}
