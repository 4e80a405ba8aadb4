import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, type Tx } from '#database';
import { EventLog } from '#events';
import type { ChannelAccount, Finding } from '#messenger-kit';
import { checkEvent } from '../channel-event.js';
import type { Channel } from '../channel.entity.js';
import { ChannelRepository } from '../channel.repository.js';
import { Channels } from '../channels.js';
import { ChannelUse } from '../ports.js';
import { CheckRepository, type KeptCheck } from './check.repository.js';
import type { Diagnosis } from './examination.js';

/** What is kept of a check: the history, the pulse, news when something changed, and credentials that are dead. */
@Injectable()
export class CheckRecords {
  constructor(
    private readonly repository: ChannelRepository,
    private readonly channels: Channels,
    private readonly checks: CheckRepository,
    private readonly events: EventLog,
    private readonly database: Database,
    private readonly use: ChannelUse,
  ) {}

  /**
   * After a repair what was missed since the last check that found nothing to repair is read back. `account` is what was looked
   * at: the channel may have other credentials by now. Problem 404 when it was deleted meanwhile.
   */
  async keep(account: ChannelAccount, diagnosis: Diagnosis, repaired: boolean): Promise<void> {
    const id = account.channelId;
    await this.database.transaction(async (tx) => {
      const channel = await this.repository.lock(tx, id);
      if (!channel) throw Problem.notFound('channel');
      await this.checks.keepPulse(tx, id, diagnosis.pulse);
      const entries = await this.checks.recent(tx, id, ENTRIES);
      if (repaired) await this.use.catchUp(tx, id, lastInOrder(entries) ?? channel.createdAt);
      await this.note(tx, channel, diagnosis, entries[0]);
      const dead = diagnosis.findings.find(({ code, state }) => code === 'credential' && state === 'broken');
      if (dead) await this.channels.markRevoked(tx, account, dead.sentence);
    });
  }

  private async note(tx: Tx, channel: Channel, { state, findings, at }: Diagnosis, before?: KeptCheck): Promise<void> {
    if (before && signature(before.findings) === signature(findings)) {
      return this.checks.prolong(tx, before.id, findings, at);
    }
    await this.checks.begin(tx, channel.id, state, findings, at);
    if (before || state !== 'ok') await this.events.record(tx, [checkEvent(channel, state, findings)]);
  }
}

/** How far back the last check that found nothing to repair is looked for. */
const ENTRIES = 20;

function lastInOrder(entries: readonly KeptCheck[]): Date | undefined {
  return entries.find(({ findings }) => findings.every(({ repair }) => repair === undefined))?.lastAt;
}

/** Words and numbers may change while what was found stays the same. */
function signature(findings: readonly Finding[]): string {
  return findings.map(({ code, state }) => `${code}=${state}`).join();
}
