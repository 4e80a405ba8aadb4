import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { WholeNumberInQuery } from './whole-number.js';

/** Query of every list. */
export class PageQuery {
  /** Where to go on: `page.next` or `page.prev` of an earlier answer */
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  cursor?: string;

  /** How many items at most */
  @ApiPropertyOptional()
  @IsOptional()
  @WholeNumberInQuery(1, 100)
  limit: number = 50;
}

@ApiSchema({ name: 'Page' })
export class PageDto {
  /** Cursor of the following page; null at the end */
  next: string | null;
  /** Cursor of the page before; null at the beginning and where a list is read forwards only */
  prev: string | null;
}
