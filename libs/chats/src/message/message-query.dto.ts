import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { PageQuery } from '#api-kit';
import { IfGiven } from '../given-text.js';

export class MessageQuery extends PageQuery {
  /** Messages with a greater `seq`, ascending; the beginning of the chat unless given */
  @IfGiven()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  after?: number;

  /** Messages with a smaller `seq`: the last of them, ascending. Not together with `after` */
  @IfGiven()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  before?: number;

  /** Messages on both sides of this `seq`, ascending. Not together with `after` or `before` */
  @IfGiven()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_646)
  around?: number;
}
