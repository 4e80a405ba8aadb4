import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ROLES, type Role } from '../access/role.js';

@ApiSchema({ name: 'Me' })
export class MeDto {
  /** A person, or a program with an API key */
  @ApiProperty({ enum: ['user', 'key'], example: 'user' })
  kind: 'user' | 'key';
  /** @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa" */
  id: string;
  /** @example "Ada Lovelace" */
  name: string;
  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'agent' })
  role: Role;
  /**
   * Null for an API key
   * @example "ada@example.com"
   */
  email: string | null;
}
