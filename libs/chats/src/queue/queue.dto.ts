import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { IfGiven, OneLine } from '../given-text.js';
import { type RoutingRuleName, routingRuleNames } from './routing-rules.js';

export class CreateQueueDto {
  /**
   * Unique among the queues, whatever its case
   * @example "Support"
   */
  @OneLine(100)
  name: string;

  /** `everyone` (default): all available agents of the queue see a waiting chat, the first to accept it gets it */
  @IfGiven()
  @IsIn(routingRuleNames)
  @ApiPropertyOptional({ enum: routingRuleNames, example: 'everyone' })
  routingRule?: RoutingRuleName;

  /**
   * How many open chats one agent may hold in this queue; 5 unless given
   * @example 5
   */
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(1000)
  agentLimit?: number;
}

export class UpdateQueueDto {
  /** @example "Second line" */
  @IfGiven()
  @OneLine(100)
  name?: string;

  @IfGiven()
  @IsIn(routingRuleNames)
  @ApiPropertyOptional({ enum: routingRuleNames, example: 'everyone' })
  routingRule?: RoutingRuleName;

  /** @example 10 */
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(1000)
  agentLimit?: number;
}

export class QueueDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11" */
  id: string;
  /** @example "Support" */
  name: string;
  @ApiProperty({ enum: routingRuleNames, example: 'everyone' })
  routingRule: RoutingRuleName;
  /** @example 5 */
  agentLimit: number;
  createdAt: Date;
  updatedAt: Date;
}
