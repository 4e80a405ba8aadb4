import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { WholeNumber } from '#api-kit';
import { IfGiven, OneLine, SeveralLines } from '../given-text.js';
import {
  CLOSE_COUNTS_FROM,
  type CloseCountsFrom,
  SILENT_AGENT,
  type SilentAgent,
  WAITING_ORDERS,
  type WaitingOrder,
} from './queue.entity.js';
import { type RoutingRuleName, routingRuleNames } from '../routing/routing-rules.js';

const A_MONTH_MINUTES = 43_200;
const A_DAY_SECONDS = 86_400;

/** What a queue decides about its chats. Whatever is left out stays as it is; a new queue has the defaults. */
export class QueueSettingsDto {
  /** How a waiting chat finds its agent: by a rule of `GET /v1/routing-rules`; `everyone` by default */
  @IfGiven()
  @IsIn(routingRuleNames)
  @ApiPropertyOptional({ enum: routingRuleNames, example: 'least_busy' })
  routingRule?: RoutingRuleName;

  /**
   * How many open chats one agent may hold in this queue; 5 by default
   * @example 5
   */
  @IfGiven()
  @WholeNumber(1, 1000)
  agentLimit?: number;

  /**
   * How long an agent is asked before the chat is offered to the next one; 300 by default
   * @example 120
   */
  @IfGiven()
  @WholeNumber(5, A_DAY_SECONDS)
  offerSeconds?: number;

  /** What becomes of an agent who lets an offer pass: `keep` (default) their state, or `set_inactive` */
  @IfGiven()
  @IsIn(SILENT_AGENT)
  @ApiPropertyOptional({ enum: SILENT_AGENT, example: 'set_inactive' })
  silentAgent?: SilentAgent;

  /** Which waiting chat is offered first; `oldest` by default */
  @IfGiven()
  @IsIn(WAITING_ORDERS)
  @ApiPropertyOptional({ enum: WAITING_ORDERS, example: 'oldest' })
  waitingOrder?: WaitingOrder;

  /**
   * Whether a contact’s next chat is first offered to who held the last one; false by default
   * @example true
   */
  @IfGiven()
  @IsBoolean()
  prefersPreviousAgent?: boolean;

  /**
   * An accepted chat is closed after so long a silence; never while null, which is the default
   * @example 60
   */
  @IsOptional()
  @WholeNumber(1, A_MONTH_MINUTES)
  closeAfterMinutes?: number | null;

  /** What breaks that silence: any message (`last_message`, default), or only ours (`last_outbound`) */
  @IfGiven()
  @IsIn(CLOSE_COUNTS_FROM)
  @ApiPropertyOptional({ enum: CLOSE_COUNTS_FROM, example: 'last_message' })
  closeCountsFrom?: CloseCountsFrom;

  /**
   * A chat that nobody accepted is closed after so long a silence; never while null, which is the default. What is said in it,
   * also by the house, begins the silence anew, and so does a chat's coming to wait here: given back, or moved
   * @example 1440
   */
  @IsOptional()
  @WholeNumber(1, A_MONTH_MINUTES)
  closeWaitingAfterMinutes?: number | null;

  /**
   * A contact who writes so soon after the chat was closed opens it again; null, which is the default: always a new chat
   * @example 30
   */
  @IsOptional()
  @WholeNumber(1, A_MONTH_MINUTES)
  reopenMinutes?: number | null;

  /**
   * Sent when a contact’s message opens a chat; nothing while null, which is the default. `{{contact.name}}`,
   * `{{queue.name}}` and `{{channel.name}}` are filled in; `{{contact.name|there}}` says what stands there where it is not
   * known
   * @example "Hello {{contact.name|there}}! Somebody will be with you in a minute."
   */
  @IsOptional()
  @SeveralLines(2000)
  greetingText?: string | null;

  /**
   * Sent when a chat is closed in which the contact wrote; nothing while null, which is the default. `{{agent.name}}`, who
   * held it, is filled in too
   * @example "Thank you for writing to us."
   */
  @IsOptional()
  @SeveralLines(2000)
  closingText?: string | null;
}

export class CreateQueueDto extends QueueSettingsDto {
  /**
   * Unique among the queues, whatever its case
   * @example "Support"
   */
  @OneLine(100)
  name: string;
}

export class UpdateQueueDto extends QueueSettingsDto {
  /** @example "Second line" */
  @IfGiven()
  @OneLine(100)
  name?: string;
}

export class QueueDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11" */
  id: string;
  /** @example "Support" */
  name: string;
  @ApiProperty({ enum: routingRuleNames, example: 'least_busy' })
  routingRule: RoutingRuleName;
  /** @example 5 */
  agentLimit: number;
  /** @example 120 */
  offerSeconds: number;
  @ApiProperty({ enum: SILENT_AGENT, example: 'keep' })
  silentAgent: SilentAgent;
  @ApiProperty({ enum: WAITING_ORDERS, example: 'oldest' })
  waitingOrder: WaitingOrder;
  prefersPreviousAgent: boolean;
  /** @example 60 */
  closeAfterMinutes: number | null;
  @ApiProperty({ enum: CLOSE_COUNTS_FROM, example: 'last_message' })
  closeCountsFrom: CloseCountsFrom;
  /** @example 1440 */
  closeWaitingAfterMinutes: number | null;
  /** @example 30 */
  reopenMinutes: number | null;
  /** @example "Hello {{contact.name|there}}! Somebody will be with you in a minute." */
  greetingText: string | null;
  /** @example "Thank you for writing to us." */
  closingText: string | null;
  createdAt: Date;
  updatedAt: Date;
}
