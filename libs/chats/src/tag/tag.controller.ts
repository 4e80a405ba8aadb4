import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { answerOnce, ApiPage, ApiProblems, IdempotencyKey, PageQuery, UuidParam } from '#api-kit';
import { Allow, type Caller, CurrentCaller } from '#identity';
import { CreateTagDto, TagDto, UpdateTagDto } from './tag.dto.js';
import { Tags } from './tags.js';

@ApiTags('tags')
@Controller('v1/tags')
export class TagController {
  constructor(private readonly tags: Tags) {}

  @Get()
  @Allow('admin', 'supervisor', 'agent')
  @ApiOperation({ operationId: 'listTags', summary: 'The tags there are, by name' })
  @ApiPage(TagDto)
  listTags(@Query() query: PageQuery) {
    return this.tags.list(query);
  }

  @Post()
  @Allow('admin')
  @ApiOperation({ operationId: 'createTag', summary: 'Make a tag that chats can carry' })
  @ApiCreatedResponse({ type: TagDto })
  @ApiProblems(409, 422)
  async createTag(
    @CurrentCaller() caller: Caller,
    @Body() wish: CreateTagDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TagDto> {
    return answerOnce(reply, await this.tags.create(caller, key, wish));
  }

  @Patch(':tagId')
  @Allow('admin')
  @ApiOperation({ operationId: 'updateTag', summary: 'Change a tag on all chats that carry it' })
  @ApiOkResponse({ type: TagDto })
  @ApiProblems(409, 422)
  updateTag(@UuidParam('tagId') tagId: string, @Body() wish: UpdateTagDto): Promise<TagDto> {
    return this.tags.update(tagId, wish);
  }

  @Delete(':tagId')
  @HttpCode(204)
  @Allow('admin')
  @ApiOperation({ operationId: 'deleteTag', summary: 'Delete a tag; chats lose it as well' })
  @ApiNoContentResponse({ description: 'No chat carries it any more' })
  deleteTag(@UuidParam('tagId') tagId: string): Promise<void> {
    return this.tags.delete(tagId);
  }
}
