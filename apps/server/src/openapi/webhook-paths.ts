import type { OpenAPIObject } from '@nestjs/swagger';
import { problemResponse } from '#api-kit';

const PARAMETERS = [
  {
    name: 'messenger',
    in: 'path' as const,
    required: true,
    description: 'Key of the messenger',
    schema: { type: 'string', example: 'telegram' },
  },
  {
    name: 'key',
    in: 'path' as const,
    required: true,
    description: 'Unguessable key of a channel, or of a messenger’s app; part of a channel’s `webhookUrl`',
    schema: { type: 'string', example: 'kX3v9bQ2mT7cR1wZ' },
  },
];

/** The webhook door is not made of Nest's controllers, so its operations are described here. */
export const webhookPaths: OpenAPIObject['paths'] = {
  '/webhooks/{messenger}/{key}': {
    get: {
      operationId: 'verifyWebhook',
      summary: 'Prove to a messenger that this address is ours',
      tags: ['webhooks'],
      security: [],
      parameters: PARAMETERS,
      responses: {
        200: {
          description: 'The challenge',
          content: { 'text/plain': { schema: { type: 'string' }, example: '1158201444' } },
        },
        403: problemResponse(403),
        404: problemResponse(404),
        503: problemResponse(503),
      },
    },
    post: {
      operationId: 'receiveWebhook',
      summary: 'Take events of a messenger',
      description:
        'Answered 2xx only after the events are stored. The body is the messenger’s own, proved by its signature or secret.',
      tags: ['webhooks'],
      security: [],
      parameters: PARAMETERS,
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'object' },
            example: {
              update_id: 1,
              message: { message_id: 1, date: 1763800000, chat: { id: 7, type: 'private' }, text: 'Hello' },
            },
          },
        },
      },
      responses: {
        200: { description: 'Stored, or known before' },
        401: problemResponse(401),
        404: problemResponse(404),
        413: problemResponse(413),
        503: problemResponse(503),
      },
    },
  },
};
