import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, isId } from '#database';
import { Jobs } from '#jobs';
import { ChannelRepository } from '../channel.repository.js';
import { CheckRepository } from './check.repository.js';
import { Doctor } from './doctor.js';

const ROUND = 'registration.check-channels';
const VISIT = 'registration.check-channel';
const EVERY_HOUR = '23 * * * *';
/** The next round looks again. */
const ATTEMPTS = 2;

/** The doctor's rounds: every channel in use once an hour. Lost subscriptions are set again; nothing is taken from others. */
@Injectable()
export class Rounds implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly checks: CheckRepository,
    private readonly channels: ChannelRepository,
    private readonly doctor: Doctor,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule(ROUND, EVERY_HOUR, () => this.begin());
    this.jobs.define(VISIT, (payload) => this.visit(payload), 'slow');
  }

  async begin(): Promise<void> {
    await this.channels.forgetReplaced();
    const visits = (await this.checks.due()).map((channelId) => ({ channelId }));
    await this.database.transaction((tx) =>
      this.jobs.enqueue(tx, VISIT, visits, { jobKey: ({ channelId }) => channelId, maxAttempts: ATTEMPTS }),
    );
  }

  /** What the messenger refuses to repair is looked at once more without repairing, so that it is noted. */
  async visit(payload: unknown): Promise<void> {
    const channelId = (payload as { channelId?: unknown } | null)?.channelId;
    if (!isId(channelId)) throw new Error(`A job of ${VISIT} names no channel`);
    try {
      await this.doctor.check(channelId, { repair: true, takeOver: false });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.statusCode === 404 || error.statusCode === 409) return;
      await this.doctor.check(channelId, { repair: false, takeOver: false });
    }
  }
}
