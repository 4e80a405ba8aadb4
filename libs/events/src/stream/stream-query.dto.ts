import { IsOptional, IsString, MaxLength } from 'class-validator';

export class StreamQuery {
  /** A cursor to begin after, where there is no `Last-Event-ID` */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  after?: string;
}
