import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { NotBlank, Trimmed } from '#api-kit';
import { ROLES, type Role } from '../access/role.js';

@ApiSchema({ name: 'CreateApiKey' })
export class CreateApiKeyDto {
  /**
   * What uses it
   * @example "Website form"
   */
  @Trimmed()
  @IsString()
  @NotBlank()
  @MaxLength(200)
  name: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'agent' })
  @IsIn(ROLES)
  role: Role;
}

@ApiSchema({ name: 'ApiKeyMaker' })
export class ApiKeyMakerDto {
  /** @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa" */
  id: string;
  /** @example "Ada Lovelace" */
  name: string;
  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'admin', description: 'The role they have today' })
  role: Role;
  /** False once they were deactivated: the key works on until it is revoked */
  active: boolean;
}

@ApiSchema({ name: 'ApiKey' })
export class ApiKeyDto {
  /** @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa" */
  id: string;
  /** @example "Website form" */
  name: string;
  /**
   * The key's beginning
   * @example "parley_x2kP9_aQ"
   */
  prefix: string;
  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'agent' })
  role: Role;
  /** Who made it, or stands behind the key by which it was made; null where that is not known */
  createdBy: ApiKeyMakerDto | null;
  createdAt: Date;
  /** Exact to a minute; null when never used */
  lastUsedAt: Date | null;
  /** Null while the key works */
  revokedAt: Date | null;
}

@ApiSchema({ name: 'NewApiKey' })
export class NewApiKeyDto extends ApiKeyDto {
  /**
   * The whole key, shown only now
   * @example "parley_x2kP9_aQ_0e5Yc0kq0gXf3mC5uS1q8m0o6y9p2w4v7b1n5t8r3e6"
   */
  secret: string;
}
