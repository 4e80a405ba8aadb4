import { Body, Controller, Get, HttpCode, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiPage, IdempotencyKey, PageQuery, UuidParam, type Page } from '#api-kit';
import { Allow } from '../access/access.js';
import { CurrentCaller, type Caller } from '../access/caller.js';
import { ApiKeys } from '../api-key/api-keys.js';
import { SetPasswordDto } from './password.dto.js';
import { UserDirectory } from './user-directory.js';
import { CreateUserDto, UpdateUserDto, UserDto } from './user.dto.js';
import { Users } from './users.js';

@ApiTags('users')
@Controller('v1/users')
@Allow('admin')
export class UserController {
  constructor(
    private readonly users: Users,
    private readonly directory: UserDirectory,
    private readonly keys: ApiKeys,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a user' })
  @ApiCreatedResponse({ type: UserDto })
  createUser(
    @Body() user: CreateUserDto,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDto> {
    return this.directory.create(user, caller, key, reply);
  }

  @Get()
  @Allow('admin', 'supervisor')
  @ApiOperation({ summary: 'List users, oldest first' })
  @ApiPage(UserDto)
  listUsers(@Query() query: PageQuery): Promise<Page<UserDto>> {
    return this.directory.page(query);
  }

  @Get(':userId')
  @Allow('admin', 'supervisor')
  @ApiOperation({ summary: 'One user' })
  getUser(@UuidParam('userId') userId: string): Promise<UserDto> {
    return this.directory.get(userId);
  }

  @Patch(':userId')
  @ApiOperation({
    summary: 'Change a user’s name or role',
    description: 'API keys that an admin made keep their role: revoke them with `revokeApiKeysOfUser`.',
  })
  updateUser(@UuidParam('userId') userId: string, @Body() change: UpdateUserDto): Promise<UserDto> {
    return this.users.update(userId, change);
  }

  @Post(':userId/deactivate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Deactivate a user',
    description: `Ends the user’s sessions within 5 seconds. Chats and history stay as they are, and so do API keys that the user
made: programs go on working. Where the user may know one, revoke them with \`revokeApiKeysOfUser\`.`,
  })
  deactivateUser(@UuidParam('userId') userId: string): Promise<UserDto> {
    return this.users.update(userId, { active: false });
  }

  @Post(':userId/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a deactivated user sign in again' })
  activateUser(@UuidParam('userId') userId: string): Promise<UserDto> {
    return this.users.update(userId, { active: true });
  }

  @Post(':userId/revoke-api-keys')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke all API keys that a user made',
    description: 'Those too that were made by these keys. They stop working within 5 seconds.',
  })
  revokeApiKeysOfUser(@UuidParam('userId') userId: string): Promise<void> {
    return this.keys.revokeAllOf(userId);
  }

  @Put(':userId/password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Give a user a new password', description: 'Ends all sessions of the user.' })
  setUserPassword(@UuidParam('userId') userId: string, @Body() { password }: SetPasswordDto): Promise<void> {
    return this.users.setPassword(userId, password);
  }
}
