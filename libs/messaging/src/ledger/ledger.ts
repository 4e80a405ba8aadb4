import { Injectable, type OnModuleInit } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, Problem, type Page, type PageQuery } from '#api-kit';
import { Jobs } from '#jobs';
import { MessagingOptions } from '../messaging-options.js';
import type { LedgerBalanceDto, QuarantinedEventDto, UnclaimedEventsDto } from './ledger.dto.js';
import { LedgerRepository } from './ledger.repository.js';
import { RawBodies } from './raw-bodies.repository.js';

/** The proof that nothing is lost: what came in for a channel and what became of it. */
@Injectable()
export class Ledger implements OnModuleInit {
  constructor(
    private readonly repository: LedgerRepository,
    private readonly rawBodies: RawBodies,
    private readonly jobs: Jobs,
    private readonly options: MessagingOptions,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('messaging.forget-raw-bodies', '17 3 * * *', () =>
      this.rawBodies.forget(this.options.rawBodyDays),
    );
  }

  async balance(channelId: string): Promise<LedgerBalanceDto> {
    const totals = await this.repository.totals(channelId);
    if (!totals) throw Problem.notFound('channel');
    return totals;
  }

  async quarantine(channelId: string, { cursor, limit }: PageQuery): Promise<Page<QuarantinedEventDto>> {
    await this.balance(channelId);
    const [receivedAt, key] = cursor ? decodeCursor(cursor, 2) : [];
    const before = receivedAt !== undefined && key !== undefined ? { receivedAt, key } : undefined;
    const found = await this.repository.quarantined(channelId, limit + 1, before);
    const events = found.map((event) => ({ ...event, receivedAt: event.receivedAt.toISOString() }));
    return pageOf(events, limit, (event) => encodeCursor([event.receivedAt, event.key]));
  }

  async unclaimed({ cursor, limit }: PageQuery): Promise<Page<UnclaimedEventsDto>> {
    const [messenger, source] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const after = messenger !== undefined && source !== undefined ? { messenger, source } : undefined;
    const found = await this.repository.unclaimed(limit + 1, after);
    const accounts = found.map(({ messenger, source, events, lastAt }) => ({
      messenger,
      source,
      events: Number(events),
      lastAt: lastAt.toISOString(),
    }));
    return pageOf(accounts, limit, (account) => encodeCursor([account.messenger, account.source]));
  }
}
