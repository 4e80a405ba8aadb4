import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '#identity';
import { MessengerCatalogue } from './messenger-catalogue.js';
import { MessengerList } from './messengers.dto.js';

@ApiTags('channels')
@Controller('v1/messengers')
export class MessengersController {
  constructor(private readonly catalogue: MessengerCatalogue) {}

  @Get()
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'listMessengers', summary: 'List the messengers and what each can do' })
  @ApiOkResponse({ type: MessengerList })
  listMessengers(): Promise<MessengerList> {
    return this.catalogue.list();
  }
}
