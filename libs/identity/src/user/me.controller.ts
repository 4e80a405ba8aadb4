import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '../access/access.js';
import { CurrentCaller, requireUser, type Caller } from '../access/caller.js';
import { ROLES } from '../access/role.js';
import { SignInGuard } from '../session/sign-in.guard.js';
import { MeDto } from './me.dto.js';
import { ChangePasswordDto } from './password.dto.js';
import { Users } from './users.js';

@ApiTags('auth')
@Controller('v1/me')
@Allow(...ROLES)
export class MeController {
  constructor(private readonly users: Users) {}

  @Get()
  @ApiOperation({ summary: 'Who is calling' })
  async getMe(@CurrentCaller() caller: Caller): Promise<MeDto> {
    const user = caller.kind === 'user' ? await this.users.get(caller.id) : undefined;
    return { kind: caller.kind, id: caller.id, name: caller.name, role: caller.role, email: user?.email ?? null };
  }

  @Post('password')
  @HttpCode(204)
  @UseGuards(SignInGuard)
  @ApiOperation({ summary: 'Change the own password', description: 'Ends all other sessions of the caller.' })
  changePassword(@CurrentCaller() caller: Caller, @Body() body: ChangePasswordDto): Promise<void> {
    return this.users.changePassword(requireUser(caller), body.currentPassword, body.newPassword, caller.sessionId);
  }
}
