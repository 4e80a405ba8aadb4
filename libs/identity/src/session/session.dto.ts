import { ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { NotBlank, NotEmpty, Trimmed } from '#api-kit';

@ApiSchema({ name: 'SignIn' })
export class SignInDto {
  /** @example "admin@localhost" */
  @Trimmed()
  @IsString()
  @NotBlank()
  @MaxLength(320)
  email: string;

  /** @example "correct horse battery staple" */
  @IsString()
  @NotEmpty()
  @MaxLength(1000)
  password: string;
}

@ApiSchema({ name: 'Refresh' })
export class RefreshDto {
  /** @example "l3Yc0kq0gXf3mC5uS1q8m0o6y9p2w4v7b1n5t8r3e6k" */
  @IsString()
  @NotEmpty()
  @MaxLength(200)
  refreshToken: string;
}

@ApiSchema({ name: 'Tokens' })
export class TokensDto {
  /**
   * Sent as `Authorization: Bearer …`
   * @example "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzaWQiOiIwMTlhOWQ0ZSJ9.c2lnbmF0dXJl"
   */
  accessToken: string;
  /**
   * Seconds until the access token expires
   * @example 900
   */
  expiresIn: number;
  /**
   * Works once; each refresh gives the next one
   * @example "l3Yc0kq0gXf3mC5uS1q8m0o6y9p2w4v7b1n5t8r3e6k"
   */
  refreshToken: string;
}
