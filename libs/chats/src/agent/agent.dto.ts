import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';

export const AGENT_STATES = ['active', 'inactive'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

export class SetStateDto {
  /** An inactive agent keeps their chats and gets no new ones */
  @IsIn(AGENT_STATES)
  @ApiProperty({ enum: AGENT_STATES, example: 'active' })
  state: AgentState;
}

export class StateDto {
  @ApiProperty({ enum: AGENT_STATES, example: 'active' })
  state: string;
  /** Whether new chats are offered in this state */
  available: boolean;
  /** Since when */
  since: Date;
}

export class UpdateAgentDto {
  /**
   * How many open chats the agent may hold in all queues together
   * @example 8
   */
  @IsInt()
  @Min(1)
  @Max(1000)
  chatLimit: number;
}

export class AgentDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11" */
  userId: string;
  /** @example "Anna" */
  name: string;
  @ApiProperty({ enum: AGENT_STATES, example: 'active' })
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
}
