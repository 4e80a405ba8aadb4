import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, CurrentCaller, ROLES, type Caller } from '#identity';
import { EventCursorDto, EventQuery, EventsDto } from './event.dto.js';
import { EventList } from './event-list.js';
import { EventReader } from './event-reader.js';

@ApiTags('events')
@Controller('v1/events')
@Allow(...ROLES)
export class EventsController {
  constructor(
    private readonly events: EventList,
    private readonly reader: EventReader,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'Events after a cursor, oldest first',
    description:
      'For those who ask now and then; everybody else takes the stream. Shows what the caller may see today; what each type ' +
      'carries is in the schema `Event`. 409 ' +
      '`resync_required` with a `cursor`: events behind the given one are no longer kept; read the lists again.',
  })
  @ApiOkResponse({ type: EventsDto })
  listEvents(@CurrentCaller() caller: Caller, @Query() query: EventQuery): Promise<EventsDto> {
    return this.events.list(caller, query);
  }

  @Get('cursor')
  @ApiOperation({
    operationId: 'getEventCursor',
    summary: 'The cursor of the present',
    description:
      'Taken before lists are read: the lists, and the events after this cursor, meet without a gap. Some of these events ' +
      'may be contained in the lists; they tell states, not differences.',
  })
  @ApiOkResponse({ type: EventCursorDto })
  async getEventCursor(): Promise<EventCursorDto> {
    return { cursor: await this.reader.present() };
  }
}
