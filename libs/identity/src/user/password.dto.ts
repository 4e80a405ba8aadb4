import { ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { NotEmpty } from '#api-kit';

@ApiSchema({ name: 'SetPassword' })
export class SetPasswordDto {
  /** @example "correct horse battery staple" */
  @IsString()
  @MinLength(10)
  @MaxLength(1000)
  password: string;
}

@ApiSchema({ name: 'ChangePassword' })
export class ChangePasswordDto {
  /** @example "correct horse battery staple" */
  @IsString()
  @NotEmpty()
  @MaxLength(1000)
  currentPassword: string;

  /** @example "four other words entirely" */
  @IsString()
  @MinLength(10)
  @MaxLength(1000)
  newPassword: string;
}
