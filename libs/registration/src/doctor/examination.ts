import { Injectable } from '@nestjs/common';
import { type ChannelAccount, type Finding, type FindingState, MessengerRegistry } from '#messenger-kit';
import type { Channel } from '../channel.entity.js';
import { asked } from '../network.js';
import { ChannelUse } from '../ports.js';
import { WebhookAddresses } from '../webhook-addresses.js';
import { CheckRepository } from './check.repository.js';
import { commonFindings, usesReplacedSecret } from './common-findings.js';
import { OwnAddress } from './own-address.js';
import { type Pulse, pulseAfter } from './pulse.js';

/** All that was found out about a channel at one moment. */
export interface Diagnosis {
  readonly state: FindingState;
  readonly findings: readonly Finding[];
  readonly pulse: Pulse;
  readonly at: Date;
}

/** Looks at a channel from all sides and changes nothing. */
@Injectable()
export class Examination {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly addresses: WebhookAddresses,
    private readonly ownAddress: OwnAddress,
    private readonly use: ChannelUse,
    private readonly checks: CheckRepository,
  ) {}

  /** The network is asked with the credentials of `account`. `found`: what was found before. */
  async of(channel: Channel, account: ChannelAccount, found: readonly Finding[] = []): Promise<Diagnosis> {
    const at = new Date();
    const [network, address, traffic, before] = await Promise.all([
      this.askNetwork(channel, account, at),
      channel.delivery === 'webhook' ? this.ownAddress.findings(await this.addresses.urlOf(channel)) : [],
      this.use.traffic(channel.id),
      this.checks.pulse(channel.id),
    ]);
    const pulse = pulseAfter(before, traffic.ledger.received, at);
    const findings = [...network, ...found, ...address, ...commonFindings(channel, traffic, pulse, at)];
    return { state: worstOf(findings), findings, pulse, at };
  }

  private async askNetwork(channel: Channel, account: ChannelAccount, now: Date): Promise<readonly Finding[]> {
    const registration = this.messengers.get(channel.messenger)?.registration;
    if (!registration?.inspect) return [];
    const webhookUrl = await this.addresses.urlOf(channel);
    const request = {
      webhookUrl,
      delivery: channel.delivery,
      now,
      usesReplacedSecret: usesReplacedSecret(channel, now),
    };
    const question = () => registration.inspect?.(account, request) ?? Promise.resolve([]);
    return asked(channel.messenger, question).catch(() => [UNREACHABLE]);
  }
}

const UNREACHABLE: Finding = {
  code: 'network',
  state: 'unknown',
  sentence: 'The messenger could not be asked just now.',
  advice: 'Try again later. If it stays so, see whether this server may call out.',
};

/** What nobody can know makes no channel ill; a messenger that could not be asked leaves its state open. */
function worstOf(findings: readonly Finding[]): FindingState {
  const has = (state: FindingState) => findings.some((finding) => finding.state === state);
  if (has('broken')) return 'broken';
  if (has('warning')) return 'warning';
  return findings.includes(UNREACHABLE) ? 'unknown' : 'ok';
}
