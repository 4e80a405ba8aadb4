import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsEmail, IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { NotBlank, Omittable, Trimmed } from '#api-kit';
import { ROLES, type Role } from '../access/role.js';

@ApiSchema({ name: 'User' })
export class UserDto {
  /** @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa" */
  id: string;
  /** @example "ada@example.com" */
  email: string;
  /** @example "Ada Lovelace" */
  name: string;
  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'agent' })
  role: Role;
  /** Inactive users cannot sign in */
  active: boolean;
  createdAt: Date;
  updatedAt: Date;
}

@ApiSchema({ name: 'CreateUser' })
export class CreateUserDto {
  /** @example "ada@example.com" */
  @Trimmed()
  @IsEmail({ require_tld: false })
  @MaxLength(320)
  email: string;

  /** @example "Ada Lovelace" */
  @Trimmed()
  @IsString()
  @NotBlank()
  @MaxLength(200)
  name: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'agent' })
  @IsIn(ROLES)
  role: Role;

  /** @example "correct horse battery staple" */
  @IsString()
  @MinLength(10)
  @MaxLength(1000)
  password: string;
}

@ApiSchema({ name: 'UpdateUser' })
export class UpdateUserDto {
  /** @example "Ada King" */
  @Omittable()
  @Trimmed()
  @IsString()
  @NotBlank()
  @MaxLength(200)
  name?: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'supervisor', required: false })
  @Omittable()
  @IsIn(ROLES)
  role?: Role;
}
