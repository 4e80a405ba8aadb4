import { PageQuery, WholeNumberInQuery } from '#api-kit';
import { IfGiven } from '../given-text.js';

export class MessageQuery extends PageQuery {
  /** Messages with a greater `seq`, ascending; the beginning of the chat unless given */
  @IfGiven()
  @WholeNumberInQuery(0, 2_147_483_647)
  after?: number;

  /** Messages with a smaller `seq`: the last of them, ascending. Not together with `after` */
  @IfGiven()
  @WholeNumberInQuery(1, 2_147_483_647)
  before?: number;

  /** Messages on both sides of this `seq`, ascending. Not together with `after` or `before` */
  @IfGiven()
  @WholeNumberInQuery(1, 2_147_483_646)
  around?: number;
}
