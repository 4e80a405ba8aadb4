import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, pageOf, type PageQuery, Problem } from '#api-kit';
import { isId } from '#database';
import type { Finding } from '#messenger-kit';
import { ChannelRepository } from '../channel.repository.js';
import { Channels } from '../channels.js';
import { CheckRecords } from './check-records.js';
import { CheckRepository, type KeptCheck } from './check.repository.js';
import type { ChannelCheck, FindingView } from './check.dto.js';
import { Examination } from './examination.js';
import { RENEWAL } from './renewal.js';
import { Repair } from './repair.js';

/** What may be put right. */
export interface Consent {
  /** Also that credentials are renewed that come to an end. */
  readonly repair: boolean;
  /** Also what takes something away from another system. */
  readonly takeOver: boolean;
}

/** Says of each channel what is wrong and what to do, and does it where that is possible from here. */
@Injectable()
export class Doctor {
  constructor(
    private readonly repository: ChannelRepository,
    private readonly channels: Channels,
    private readonly examination: Examination,
    private readonly repairs: Repair,
    private readonly checks: CheckRepository,
    private readonly records: CheckRecords,
  ) {}

  /** Speaks with the network: never within a transaction. */
  async check(channelId: string, consent: Consent): Promise<ChannelCheck> {
    const channel = await this.repository.get(channelId);
    if (!channel) throw Problem.notFound('channel');
    if (channel.health === 'connecting') {
      throw Problem.conflict('not_connected', 'This channel was never connected. Register it again to finish it.');
    }
    const found = consent.repair ? await this.repairs.renew(channel) : await this.checks.lastFound(channelId, RENEWAL);
    const account = await this.channels.account(channelId);
    let diagnosis = await this.examination.of(channel, account, found);
    const repaired = consent.repair && (await this.repairs.of(channel, diagnosis.findings, consent.takeOver));
    if (repaired)
      diagnosis = await this.examination.of((await this.repository.get(channelId)) ?? channel, account, found);
    await this.records.keep(account, diagnosis, repaired);
    this.channels.forget();
    const { state, findings, at } = diagnosis;
    return { channelId, state, at: at.toISOString(), repaired, findings: findings.map(viewOf) };
  }

  async history(channelId: string, { cursor, limit }: PageQuery) {
    if (!(await this.repository.get(channelId))) throw Problem.notFound('channel');
    const [before] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    if (before !== undefined && !isId(before)) {
      throw Problem.unknownCursor();
    }
    const found = await this.checks.history(channelId, before, limit + 1);
    const page = pageOf(found, limit, ({ id }) => encodeCursor([id]));
    return { ...page, data: page.data.map(entryOf) };
  }
}

function viewOf({ code, state, sentence, advice, repair }: Finding): FindingView {
  return { code, state, sentence, advice: advice ?? null, repair: repair ?? null };
}

function entryOf({ id, state, findings, firstAt, lastAt }: KeptCheck) {
  return {
    id,
    state,
    findings: findings.map(viewOf),
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
  };
}
