import { ArrayMaxSize, ArrayUnique, IsArray, IsUrl, IsUUID, MaxLength } from 'class-validator';
import { IfGiven, OneLine } from '../given-text.js';

const WEB_ADDRESS = { protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true };

export class CreateActionDto {
  /**
   * What the agent sees
   * @example "Open an order"
   */
  @OneLine(100)
  caption: string;

  /**
   * What is called when an agent runs the action: an http or https address
   * @example "https://crm.example.com/hooks/open-order"
   */
  @IsUrl(WEB_ADDRESS)
  @MaxLength(2000)
  url: string;

  /**
   * In whose chats the action is offered
   * @example ["019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11"]
   */
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  queueIds: string[];
}

export class UpdateActionDto {
  /** @example "Open an order" */
  @IfGiven()
  @OneLine(100)
  caption?: string;

  /** @example "https://crm.example.com/hooks/open-order" */
  @IfGiven()
  @IsUrl(WEB_ADDRESS)
  @MaxLength(2000)
  url?: string;

  /**
   * All queues of the action from now on
   * @example ["019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11"]
   */
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  queueIds?: string[];
}

export class ActionDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e12" */
  id: string;
  /** @example "Open an order" */
  caption: string;
  /** @example "https://crm.example.com/hooks/open-order" */
  url: string;
  /** @example ["019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e11"] */
  queueIds: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** With what its calls are signed with. */
export class CreatedActionDto extends ActionDto {
  /**
   * For checking the signatures of its calls, as of Standard Webhooks. Shown in this answer only
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
   */
  secret: string;
}

/** An action as an agent sees it in a chat. */
export class ChatActionDto {
  /** @example "019aac5e-3c1f-7d0e-9a53-0b6f0f5a7e12" */
  id: string;
  /** @example "Open an order" */
  caption: string;
}
