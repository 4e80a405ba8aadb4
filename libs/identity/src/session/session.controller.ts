import { Body, Controller, Delete, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '#api-kit';
import { Allow, Public } from '../access/access.js';
import { CurrentCaller, type Caller } from '../access/caller.js';
import { ROLES } from '../access/role.js';
import { RefreshDto, SignInDto, TokensDto } from './session.dto.js';
import { Sessions } from './sessions.js';
import { SignInGuard } from './sign-in.guard.js';
import { SignOut } from './sign-out.js';

@ApiTags('auth')
@Controller('v1/auth/sessions')
export class SessionController {
  constructor(
    private readonly sessions: Sessions,
    private readonly out: SignOut,
  ) {}

  @Post()
  @Public()
  @UseGuards(SignInGuard)
  @ApiOperation({ summary: 'Sign in with e-mail and password' })
  createSession(@Body() { email, password }: SignInDto): Promise<TokensDto> {
    return this.sessions.signIn(email, password);
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Exchange a refresh token for new tokens',
    description:
      'A refresh token works once. Repeated within 10 seconds it gives the same answer again; repeated later, it ends the session.',
  })
  refreshSession(@Body() { refreshToken }: RefreshDto): Promise<TokensDto> {
    return this.sessions.refresh(refreshToken);
  }

  @Delete()
  @Allow(...ROLES)
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  deleteSession(@CurrentCaller() caller: Caller): Promise<void> {
    return this.out.signOut(sessionOf(caller));
  }
}

function sessionOf(caller: Caller): string {
  if (caller.sessionId !== undefined) return caller.sessionId;
  throw new Problem(403, 'needs_user', 'An API key has no session. Revoke it instead.');
}
