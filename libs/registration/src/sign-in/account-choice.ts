import { Injectable } from '@nestjs/common';
import { Idempotency, type IdempotentRequest, Problem } from '#api-kit';
import { Database } from '#database';
import { audit } from '#identity';
import type { OfferedAccount, OfferVerdict, Remark } from '#messenger-kit';
import { ChannelRepository } from '../channel.repository.js';
import type { RegisteredChannel } from '../channels.dto.js';
import { asked } from '../network.js';
import { Registration } from '../registration.js';
import type { ChooseAccounts, ChosenAccount, ChosenAccounts, OfferedAccounts } from './sign-in.dto.js';
import { SignIns } from './sign-ins.js';

/** Who chooses, at which messenger. */
export interface Chooser {
  readonly messenger: string;
  readonly caller: string;
}

type Offer = Extract<OfferVerdict, { kind: 'offered' }>;

/** Which accounts a sign-in offers, and the channels made of those that are chosen. */
@Injectable()
export class AccountChoice {
  constructor(
    private readonly signIns: SignIns,
    private readonly registration: Registration,
    private readonly channels: ChannelRepository,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  /** All accounts, as the network shows them now; those that cannot be chosen say why. */
  async offers({ messenger, caller }: Chooser, signInId: string): Promise<OfferedAccounts> {
    const { grant, expiresAt } = await this.signIns.grantOf(messenger, signInId, caller);
    const { accounts, remarks } = await this.ask(messenger, grant);
    const sources = accounts.map(({ source }) => source);
    const existing = new Map((await this.channels.bySources(messenger, sources)).map((one) => [one.source, one.id]));
    const data = accounts.map(({ source, name, obstacle }) => {
      const channelId = existing.get(source) ?? null;
      return { source, name, choosable: obstacle === undefined, reason: reasonOf(obstacle, channelId), channelId };
    });
    return { data, remarks: [...remarks], expiresAt: expiresAt.toISOString() };
  }

  /**
   * One channel per account, one after the other; what fails for one leaves the others alone. Under the same key each account
   * is connected once, and what was refused is tried again.
   */
  async choose(
    { messenger, caller }: Chooser,
    { signInId, sources, ...order }: ChooseAccounts,
    key: string | undefined,
  ): Promise<ChosenAccounts> {
    const route = `POST /v1/channels/${messenger}/pages`;
    const whole = { caller, route, key, request: { signInId, sources, ...order } };
    await this.idempotency.known(whole);
    const { grant } = await this.signIns.grantOf(messenger, signInId, caller);
    const { accounts } = await this.ask(messenger, grant);
    const data: ChosenAccount[] = [];
    for (const source of sources) {
      const account = accounts.find((one) => one.source === source);
      const request = { ...whole, route: `${route} ${source}` };
      const chosen = await this.connect(account, source, { ...order, messenger }, request);
      if (chosen.outcome === 'refused') await this.noteRefusal(messenger, signInId, chosen);
      data.push(chosen);
    }
    await this.noteKey(whole);
    return { data };
  }

  private async connect(
    account: OfferedAccount | undefined,
    source: string,
    order: Omit<ChooseAccounts, 'signInId' | 'sources'> & { messenger: string },
    request: Parameters<Registration['register']>[1],
  ): Promise<ChosenAccount> {
    const name = account?.name ?? source;
    const obstacle = account ? account.obstacle : NOT_OFFERED;
    if (!account || obstacle) return { source, name, outcome: 'refused', channel: null, problem: obstacle ?? null };
    try {
      const { body } = await this.registration.register({ ...order, credentials: account.credentials }, request);
      return { source, name, outcome: body.outcome, channel: viewOf(body), problem: null };
    } catch (error) {
      if (!(error instanceof Problem) || OF_THE_ORDER.has(error.code)) throw error;
      const problem = { code: error.code, sentence: error.detail };
      return { source, name, outcome: 'refused', channel: null, problem };
    }
  }

  /** The key is this order's from now on; each account's answer is kept with it. */
  private async noteKey(whole: IdempotentRequest): Promise<void> {
    const done = () => Promise.resolve({ status: 200, body: null });
    await this.database.transaction((tx) => this.idempotency.once(tx, whole, done));
  }

  /** What is connected or repaired stands in the audit log with the channel. */
  private noteRefusal(messenger: string, signInId: string, { source, problem }: ChosenAccount): Promise<void> {
    const after = { messenger, source, code: problem?.code ?? null };
    return this.database.transaction((tx) =>
      audit(tx, { action: 'account_sign_in.account_refused', subjectId: signInId, after }),
    );
  }

  private async ask(messenger: string, grant: Readonly<Record<string, string>>): Promise<Offer> {
    const verdict = await asked(messenger, () => this.signIns.door(messenger).accounts(grant));
    if (verdict.kind === 'offered') return verdict;
    throw new Problem(422, verdict.code, verdict.sentence);
  }
}

/** What is wrong with the whole order, not with one account. */
const OF_THE_ORDER = new Set(['unknown_queue', 'idempotency_key_reused']);

const NOT_OFFERED: Remark = { code: 'not_offered', sentence: 'This account is not among those the sign-in offers.' };

function reasonOf(obstacle: Remark | undefined, channelId: string | null): Remark | null {
  if (obstacle) return obstacle;
  if (channelId === null) return null;
  return {
    code: 'already_connected',
    sentence: 'This account is connected already. Choosing it again renews its credentials and subscriptions.',
  };
}

function viewOf({ outcome: _outcome, secrets: _secrets, ...channel }: RegisteredChannel) {
  return channel;
}
