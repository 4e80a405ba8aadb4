import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsUUID, Matches } from 'class-validator';
import { IsMoment, Omittable, PageQuery } from '#api-kit';

const ACTOR_KINDS = ['user', 'key', 'system'] as const;

export class AuditQuery extends PageQuery {
  /** Only what this user or API key did */
  @Omittable()
  @IsUUID()
  actorId?: string;

  /**
   * Only this action, or, where it ends in a dot, all actions that begin with it
   * @example "channel."
   */
  @Omittable()
  @Matches(/^[a-z_]+\.([a-z_]+)?$/, { message: 'action must be like "user.created", or "user." for all about users' })
  action?: string;

  /** Only what happened to this user, channel, queue, chat, … */
  @Omittable()
  @IsUUID()
  subjectId?: string;

  /** From this moment on */
  @IsOptional()
  @IsMoment()
  from?: string;

  /** Before this moment */
  @IsOptional()
  @IsMoment()
  to?: string;
}

export class AuditActorDto {
  /** `system` is the server itself: a timeout, a job */
  @ApiProperty({ enum: ACTOR_KINDS, example: 'user' })
  kind: (typeof ACTOR_KINDS)[number];
  /** The user or the API key; null where nobody was signed in */
  id: string | null;
  /**
   * The name as it was then
   * @example "Ada"
   */
  name: string | null;
}

export class AuditSubjectDto {
  /** @example "channel" */
  kind: string;
  /** Null where it is unknown: a sign-in with an unknown e-mail */
  id: string | null;
}

export class AuditEntryDto {
  id: string;
  at: Date;
  actor: AuditActorDto;
  /** The `X-Request-Id` of the call; null for the server's own doing */
  requestId: string | null;
  /** @example "channel.updated" */
  action: string;
  subject: AuditSubjectDto;
  /** What changed, as it was before; null where there was nothing. Never a secret */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { active: true } })
  before: Record<string, unknown> | null;
  /** What changed, as it was afterwards; null where nothing is left */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { active: false } })
  after: Record<string, unknown> | null;
}
