import { applyDecorators, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify/decorators/route-config.decorator.js';
import type {} from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerOnce, ApiProblems, IdempotencyKey, Problem, UuidParam } from '#api-kit';
import { Database } from '#database';
import { Allow, bearerOf, CurrentCaller, Public, ROLES, type Caller } from '#identity';
import { AttachmentFileDto, LinkQuery } from './attachment.dto.js';
import { Attachments } from './attachments.js';
import { Content, type ContentAnswer } from './content.js';
import { Uploads, type Parts } from './uploads.js';

/** Of whatever kind the file is. */
const CONTENT = { '*/*': { schema: { type: 'string', format: 'binary' } } } as const;

/** The content whole, or what the request's headers ask for instead. */
const ApiContent = () =>
  applyDecorators(
    ApiOkResponse({ description: 'The content', content: CONTENT }),
    ApiResponse({ status: 206, description: 'The part that `Range` asked for', content: CONTENT }),
    ApiResponse({ status: 304, description: 'It is what `If-None-Match` names already' }),
    ApiResponse({ status: 416, description: 'Nothing of it lies in `Range`; `Content-Range` says how long it is' }),
    ApiProblems(401, 403, 404, 409),
  );

@ApiTags('attachments')
@Controller('v1/attachments')
export class AttachmentController {
  constructor(
    private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly attachments: Attachments,
    private readonly content: Content,
  ) {}

  @Post()
  @Allow(...ROLES)
  @RouteConfig({ multipart: true })
  @ApiOperation({
    operationId: 'uploadAttachment',
    summary: 'Upload a file, to be sent with a message within a day',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
    examples: { 'a file': { value: { file: '(the bytes of invoice.pdf)' } } },
  })
  @ApiCreatedResponse({ type: AttachmentFileDto, description: 'Stored' })
  @ApiProblems(413, 415, 422)
  async uploadAttachment(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AttachmentFileDto> {
    const taken = this.uploads.take(caller, partsOf(request), key).finally(() => readToItsEnd(request));
    const { id } = answerOnce(reply, await taken);
    const file = (await this.attachments.views(this.database, [id])).get(id);
    if (!file) throw Problem.notFound('attachment');
    return file;
  }

  @Get(':attachmentId')
  @Public()
  @ApiOperation({
    operationId: 'getAttachment',
    summary: 'The content of an attachment, by a signed link or for callers who may read its chat',
    description:
      'Send a Bearer token, or follow the `url` an attachment carries. Shown inline only where it surely is a picture, sound, film or PDF.',
  })
  @ApiContent()
  getAttachment(
    @UuidParam('attachmentId') id: string,
    @Query() link: LinkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.give(id, link, request, reply);
  }

  @Get(':attachmentId/:fileName')
  @Public()
  @ApiOperation({
    operationId: 'getNamedAttachment',
    summary: 'The same under a path that ends with the file’s name, by a signed link',
    description:
      'What messengers are given that fetch files themselves. The name says nothing: the link is for the attachment.',
  })
  @ApiParam({
    name: 'fileName',
    description: 'What the file is called',
    example: 'invoice.pdf',
    schema: { type: 'string', minLength: 1, maxLength: 300 },
  })
  @ApiContent()
  getNamedAttachment(
    @UuidParam('attachmentId') id: string,
    @Query() link: LinkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.give(id, link, request, reply);
  }

  private async give(id: string, link: LinkQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
    const head = request.method === 'HEAD';
    const asked = { link, token: bearerOf(request), range, ifRange: one(ifRange), ifNoneMatch, head };
    send(reply, await this.content.answer(id, asked));
  }
}

function partsOf(request: FastifyRequest): Parts {
  if (!request.isMultipart()) throw new Problem(415, 'unsupported_media_type', 'Send multipart/form-data.');
  // Size is watched where the file is written.
  return request.parts({ limits: { files: 1, fields: 0, parts: 1, headerPairs: 20, fileSize: Infinity } });
}

/** What was refused in the middle still comes: read by nobody, it would hold the connection and hide the answer. */
function readToItsEnd({ raw }: FastifyRequest): void {
  raw.unpipe();
  raw.resume();
}

function send(reply: FastifyReply, { status, headers, body }: ContentAnswer): void {
  void reply.status(status).headers(headers).send(body);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
