import { ApiProperty } from '@nestjs/swagger';
import { NamedDto } from '../chat/chat.dto.js';
import { CHAT_STATUSES, type ChatStatus } from '../chat/chat-access.repository.js';
import { type Outcome, OUTCOMES } from './decision.repository.js';
import { type RoutingRuleName, routingRuleNames } from './routing-rules.js';

class ConsideredAgentDto extends NamedDto {
  /**
   * In which order the agent would be asked; null for who is not asked
   * @example 1
   */
  place: number | null;
  /**
   * Why, in words that go on after the name
   * @example "holds 5 chats of at most 5"
   */
  reason: string;
}

class RoutingOfferDto {
  agent: NamedDto;
  /** When it goes to the next one */
  until: Date;
}

class RoutingNowDto {
  /** Since when the contact has waited */
  waitingSince: Date | null;
  /**
   * How many chats of the queue come before this one; 100 means a hundred or more
   * @example 3
   */
  ahead: number;
  /** Whom the chat is offered to; null while nobody is free, and where the rule shows it to everyone */
  offer: RoutingOfferDto | null;
  /** The agents of the queue as they stand now */
  considered: ConsideredAgentDto[];
}

class RoutingDecisionDto {
  at: Date;
  /**
   * `offered` to an agent; `waits` because nobody has room; `expired`, `declined` or `withdrawn`: the agent is not asked
   * any more
   */
  @ApiProperty({ enum: OUTCOMES, example: 'offered' })
  outcome: Outcome;
  queue: NamedDto;
  /** The queue’s rule then */
  @ApiProperty({ example: 'least_busy' })
  rule: string;
  agent: NamedDto | null;
  /** How long the offer was meant to stand */
  offeredUntil: Date | null;
  /** @example "Anna is asked: holds 1 chat." */
  sentence: string;
  /** Who was considered, in the order of asking, and who was not and why */
  considered: ConsideredAgentDto[];
  /**
   * How many further agents were considered or left out; of large teams only the first are kept
   * @example 0
   */
  more: number;
}

/** Where a chat stands on its way to an agent, and how it came there. */
export class RoutingDto {
  /** @example "019aac60-7c52-7a6b-8d4e-5f0f3a1b2c3d" */
  chatId: string;
  @ApiProperty({ enum: CHAT_STATUSES, example: 'waiting' })
  status: ChatStatus;
  queue: NamedDto;
  @ApiProperty({ enum: routingRuleNames, example: 'least_busy' })
  rule: RoutingRuleName;
  /** Null once the chat waits no more */
  now: RoutingNowDto | null;
  /** Newest first, at most 50; kept for 30 days */
  decisions: RoutingDecisionDto[];
}
