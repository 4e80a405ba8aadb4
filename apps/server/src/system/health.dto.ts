import { ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'Health' })
export class HealthDto {
  /** @example "ok" */
  status: string;
}

@ApiSchema({ name: 'Version' })
export class VersionDto {
  /** @example "parley" */
  name: string;
  /** @example "0.1.0" */
  version: string;
}
