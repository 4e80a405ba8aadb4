import { IsBoolean } from 'class-validator';
import { Matching } from '#api-kit';
import { IfGiven, OneLine } from '../given-text.js';
import { STATE_KEY } from './state.js';

export class CreateAgentStateDto {
  /**
   * What the state is called in requests and reports; it never changes
   * @example "lunch"
   */
  @Matching(STATE_KEY, 'key must be a word of small letters, digits, - and _, at most 40')
  key: string;

  /**
   * What people see; unique, whatever its case
   * @example "At lunch"
   */
  @OneLine(100)
  name: string;

  /**
   * Whether agents in this state get new chats
   * @example false
   */
  @IsBoolean()
  available: boolean;
}

export class UpdateAgentStateDto {
  /** @example "At lunch" */
  @IfGiven()
  @OneLine(100)
  name?: string;

  /**
   * Takes effect at once for the agents who are in it
   * @example false
   */
  @IfGiven()
  @IsBoolean()
  available?: boolean;
}

export class AgentStateDto {
  /** @example "lunch" */
  key: string;
  /** @example "At lunch" */
  name: string;
  /** Whether agents in this state get new chats */
  available: boolean;
  /** `active` and `inactive` are always there and cannot be changed */
  builtIn: boolean;
}
