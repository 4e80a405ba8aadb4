import { Controller, Delete, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParam } from '#api-kit';
import { Allow } from '#identity';
import { ChannelRemoval } from './channel-removal.js';

@ApiTags('channels')
@Controller('v1/channels/:channelId')
export class RemovalController {
  constructor(private readonly removal: ChannelRemoval) {}

  @Delete()
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({
    operationId: 'deleteChannel',
    summary: 'Disconnect a channel at the messenger and delete it',
    description:
      '409 `channel_has_open_chats` while there are any, `channel_in_use_again` where somebody registered or activated it ' +
      'meanwhile, `channel_busy` where a repair does not end. Closed chats stay readable.',
  })
  @ApiNoContentResponse({ description: 'Disconnected and deleted' })
  @ApiProblems(404, 409, 502)
  deleteChannel(@UuidParam('channelId') channelId: string): Promise<void> {
    return this.removal.remove(channelId);
  }
}
