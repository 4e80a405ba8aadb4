import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, IdempotencyKey } from '#api-kit';
import { Allow, type Caller, callerKey, CurrentCaller, Public } from '#identity';
import { AccountChoice } from './account-choice.js';
import { PAGE_HEADERS, resultPage } from './result-page.js';
import {
  BeginSignIn,
  ChooseAccounts,
  ChosenAccounts,
  OfferedAccounts,
  SignInQuery,
  StartedSignIn,
} from './sign-in.dto.js';
import { SignIns } from './sign-ins.js';

const PAGE = { 'text/html': { schema: { type: 'string' }, example: '<h1>Signed in</h1>' } } as const;

/** Connecting accounts by signing in at the messenger; its accounts are called Pages, as Facebook calls them. */
@ApiTags('channels')
@ApiParam({ name: 'messenger', description: 'One that `GET /v1/messengers` shows with `signsIn`', example: 'facebook' })
@Controller('v1/channels/:messenger')
export class SignInController {
  constructor(
    private readonly signIns: SignIns,
    private readonly choice: AccountChoice,
  ) {}

  @Post('sign-in')
  @Allow('admin')
  @ApiOperation({
    operationId: 'beginSignIn',
    summary: 'Begin to connect accounts by signing in at the messenger',
    description:
      'Open `url` in the admin’s browser. It comes back within ten minutes to a page of this server; then ' +
      '`GET …/pages` lists the accounts. The same Idempotency-Key again is refused with 409 `already_done`.',
  })
  @ApiCreatedResponse({ type: StartedSignIn })
  @ApiProblems(404, 409, 422)
  beginSignIn(
    @Param('messenger') messenger: string,
    @Body() order: BeginSignIn,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
  ): Promise<StartedSignIn> {
    const route = `POST /v1/channels/${messenger}/sign-in`;
    const request = { caller: callerKey(caller), route, key, request: order };
    return this.signIns.begin(messenger, order.again ?? false, caller.name, request);
  }

  @Get('callback')
  @Public()
  @ApiOperation({
    operationId: 'returnFromSignIn',
    summary: 'Where the messenger’s dialog sends the browser back to',
    description: 'Nobody is signed in here: `state` says whose sign-in it is, once. The answer is a page for people.',
  })
  @ApiQuery({ name: 'state', required: false, type: String })
  @ApiQuery({ name: 'code', required: false, type: String })
  @ApiProduces('text/html')
  @ApiOkResponse({
    description: 'Signed in',
    content: PAGE,
  })
  @ApiBadRequestResponse({ description: 'It came to nothing, and the page says why', content: PAGE })
  @ApiProblems(404)
  async returnFromSignIn(
    @Param('messenger') messenger: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const result = await this.signIns.comeBack(messenger, new URLSearchParams(request.raw.url?.split('?')[1] ?? ''));
    void reply.status(result.kind === 'granted' ? 200 : 400).headers(PAGE_HEADERS);
    return resultPage(result);
  }

  @Get('pages')
  @Allow('admin')
  @ApiOperation({
    operationId: 'listSignInPages',
    summary: 'List the accounts of whoever signed in, and why any cannot be connected',
    description: '409 `sign_in_pending` until the browser is back; 422 with the reason when the sign-in failed.',
  })
  @ApiOkResponse({ type: OfferedAccounts })
  @ApiProblems(404, 409, 422, 502)
  listSignInPages(
    @Param('messenger') messenger: string,
    @Query() { signInId }: SignInQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<OfferedAccounts> {
    return this.choice.offers({ messenger, caller: callerKey(caller) }, signInId);
  }

  @Post('pages')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({
    operationId: 'connectSignInPages',
    summary: 'Make a channel of each chosen account',
    description: 'An account that is a channel already is repaired. What is refused for one does not stop the others.',
  })
  @ApiOkResponse({ type: ChosenAccounts })
  @ApiProblems(404, 409, 422, 502)
  connectSignInPages(
    @Param('messenger') messenger: string,
    @Body() choice: ChooseAccounts,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
  ): Promise<ChosenAccounts> {
    return this.choice.choose({ messenger, caller: callerKey(caller) }, choice, key);
  }
}
