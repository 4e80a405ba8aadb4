import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, type Page } from '#api-kit';
import { Allow } from '#identity';
import { MessengerCatalogue } from './messenger-catalogue.js';
import { MessengerView } from './messengers.dto.js';

@ApiTags('channels')
@Controller('v1/messengers')
export class MessengersController {
  constructor(private readonly catalogue: MessengerCatalogue) {}

  @Get()
  @Allow('admin', 'supervisor')
  @ApiOperation({ operationId: 'listMessengers', summary: 'List the messengers and what each can do' })
  @ApiPage(MessengerView)
  listMessengers(): Promise<Page<MessengerView>> {
    return this.catalogue.list();
  }
}
