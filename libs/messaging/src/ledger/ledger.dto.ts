import { ApiProperty } from '@nestjs/swagger';

/** What became of every event a channel ever received: `received = stored + duplicate + ignored + refused + quarantined`. */
export class LedgerBalanceDto {
  @ApiProperty({ example: '0199a3c4-1111-7c2e-9b4d-2f6f3f0b8a11' })
  channelId: string;

  @ApiProperty({ example: 1204 })
  received: number;

  /** Became a message. */
  @ApiProperty({ example: 1170 })
  stored: number;

  /** Came before and changed nothing. */
  @ApiProperty({ example: 12 })
  duplicate: number;

  /** Understood, but nothing to show. */
  @ApiProperty({ example: 20 })
  ignored: number;

  /** Came while the channel was inactive. */
  @ApiProperty({ example: 1 })
  refused: number;

  /** Could not be stored; kept with its reason. */
  @ApiProperty({ example: 1 })
  quarantined: number;
}

/** What arrived for an account that was no channel of ours then. */
export class UnclaimedEventsDto {
  @ApiProperty({ example: 'facebook' })
  messenger: string;

  /** The messenger’s own id of the account: a Page, a number; cut to 200 characters */
  @ApiProperty({ example: '104857600000001' })
  source: string;

  /** How many, redeliveries among them */
  @ApiProperty({ example: 12 })
  events: number;

  /** When the last one arrived */
  @ApiProperty({ example: '2026-11-22T09:30:00.000Z', format: 'date-time' })
  lastAt: string;
}

export class QuarantinedEventDto {
  /** The event's deduplication key. */
  @ApiProperty({ example: 'message:m_AbC' })
  key: string;

  @ApiProperty({ example: 'no_sender' })
  reason: string;

  @ApiProperty({ example: '2026-11-22T09:30:00.000Z', format: 'date-time' })
  receivedAt: string;
}
