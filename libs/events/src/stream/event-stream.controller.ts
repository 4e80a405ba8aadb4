import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { EPHEMERAL_EVENTS } from '../ephemeral-events.js';
import type { EventKind } from '../event-kind.js';
import { EVENTS } from '../event-map.js';
import { EventStreams } from './event-streams.js';
import { StreamQuery } from './stream-query.dto.js';

const EXAMPLE = `id: WyJrM2Y5YVhRMSIsIjc0MiIsIjEwOCJd
event: message.received
data: {"id":"WyJrM2Y5YVhRMSIsIjc0MiIsIjEwOCJd","type":"message.received","at":"2026-11-22T10:00:00.123Z",…}

`;

const listOfEvents = (kinds: Readonly<Record<string, EventKind>>) =>
  Object.entries(kinds)
    .map(([type, { summary }]) => `- \`${type}\`: ${summary}`)
    .join('\n');

@ApiTags('events')
@Controller('v1/events/stream')
@Allow(...ROLES)
export class EventStreamController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'Events as they happen (SSE)',
    description: `What the caller may see today; a change of role, of queues, or the end of the session takes effect within 5
seconds. \`Last-Event-ID\` goes on behind that event, without a gap and without a repetition. The first event of a new
stream is \`stream.ready\`: lists read after it, and the events that follow, meet without a gap. \`resync_required\` says
that events may be missing (they are no longer kept, or the caller sees more or less than before): read the lists again; the
stream goes on by itself. Events without an id are true for a moment and are not repeated.
A stream ends with the access token, and when its reader cannot keep up; come back with \`Last-Event-ID\`. Every 15 seconds
an \`id\` comes alone, without an event: a sign of life. \`EventSource\` of browsers cannot send a token: read with \`fetch\`.
A user or an API key holds up to 1000 streams on each node; one more is refused with 429 \`too_many_streams\`.

What comes, each as the schema \`Event\` describes it:

${listOfEvents(EVENTS)}

For a moment:

${listOfEvents(EPHEMERAL_EVENTS)}`,
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The last id the reader has',
    schema: { type: 'string' },
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'Events, until somebody hangs up', schema: { type: 'string', example: EXAMPLE } })
  streamEvents(
    @CurrentCaller() caller: Caller,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query() { after }: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.open(caller, lastEventId || after, request, reply);
  }
}
