import { Transform } from 'class-transformer';
import { IsBoolean, IsUUID } from 'class-validator';
import { Matching, PageQuery, WholeNumber } from '#api-kit';
import { IfGiven } from '../given-text.js';
import { STATE_KEY } from './state.js';

export class SetStateDto {
  /**
   * `active`, `inactive` or one of the house’s own. Whoever is not available keeps their chats and gets no new ones
   * @example "active"
   */
  @Matching(STATE_KEY, 'state must be the key of a state')
  state: string;
}

export class StateDto {
  /** @example "active" */
  state: string;
  /** Whether new chats are offered in this state */
  available: boolean;
  /** Since when */
  since: Date;
}

export class AgentQuery extends PageQuery {
  /** Only agents of this queue */
  @IfGiven()
  @IsUUID()
  queueId?: string;

  /** Only agents who get new chats now, or only those who do not */
  @IfGiven()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  available?: boolean;
}

export class UpdateAgentDto {
  /**
   * How many open chats the agent may hold in all queues together
   * @example 8
   */
  @WholeNumber(1, 1000)
  chatLimit: number;
}

export class AgentDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11" */
  userId: string;
  /** @example "Anna" */
  name: string;
  /** @example "active" */
  state: string;
  /** Whether new chats are offered in this state */
  available: boolean;
  /** Since when the agent is in this state */
  since: Date;
  /**
   * Open chats held now
   * @example 3
   */
  openChats: number;
  /** @example 5 */
  chatLimit: number;
  /**
   * The queues whose chats they answer
   * @example ["019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e13"]
   */
  queueIds: string[];
}
