import { timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable, Logger } from '@nestjs/common';
import { BriefCache, type Tx } from '#database';
import { EventLog } from '#events';
import {
  type AccountEvent,
  type ChannelAccount,
  MessengerRegistry,
  type WebhookSecrets,
  webhookSecretsOf,
} from '#messenger-kit';
import { channelEvent } from './channel-event.js';
import { ChannelSecrets } from './channel-secrets.js';
import type { Channel, ChannelHealth } from './channel.entity.js';
import { ChannelRepository, type PolledChannel } from './channel.repository.js';
import { ReceivingChannels } from './receiving-channels.js';
import { WebhookAddresses } from './webhook-addresses.js';

/** What a webhook call is checked and read with. */
export interface WebhookEntrance {
  /** The channel the URL names; undefined where one URL serves all channels and the body names them. */
  readonly account?: ChannelAccount;
  readonly secrets: WebhookSecrets;
  /** What alone proves a call that only tries the address, while a secret of the network's is being tried. */
  readonly trial?: WebhookSecrets;
  /** Those of `secrets` that stay, while another is on its way out. */
  readonly staying?: WebhookSecrets;
}

/** How long a node may go on with the credentials it knows after another changed them. */
export const REMEMBERED_MS = 2_000;
const NOTED_EVERY_MS = 60_000;
/** What a conflict may replace: what weighs heavier stays named. */
const PASSING: ReadonlySet<ChannelHealth> = new Set(['ok', 'conflict']);
const KEY = /^[\w-]{16,128}$/;

/** The channels as the other rooms use them. */
@Injectable()
export class Channels {
  private readonly entrances = new BriefCache<WebhookEntrance | undefined>(REMEMBERED_MS);
  private readonly accounts = new BriefCache<ChannelAccount>(REMEMBERED_MS);
  private readonly notedUntil = new Map<string, number>();
  private readonly logger = new Logger(Channels.name);

  constructor(
    private readonly channels: ChannelRepository,
    private readonly secrets: ChannelSecrets,
    private readonly addresses: WebhookAddresses,
    private readonly messengers: MessengerRegistry,
    private readonly events: EventLog,
    private readonly receiving: ReceivingChannels,
  ) {}

  /**
   * What belongs to a webhook URL, or undefined when it is not one of ours. May be 2 s old. Inactive channels have
   * their entrance too: their events are recorded as refused.
   */
  forWebhook(messenger: string, key: string): Promise<WebhookEntrance | undefined> {
    return this.entrances.get(`${messenger}/${key}`, () => this.entranceOf(messenger, key));
  }

  /** The unguessable end of the webhook URL that serves all channels of a messenger. The same on every node, for good. */
  appKey(messenger: string): Promise<string> {
    return this.addresses.appKey(messenger);
  }

  /** A channel with its credentials in clear, for a messenger's workers only. May be 2 s old. Throws when there is none. */
  account(channelId: string): Promise<ChannelAccount> {
    return this.accounts.get(channelId, async () => {
      const channel = await this.channels.get(channelId);
      if (!channel) throw new Error(`There is no channel ${channelId}`);
      return this.accountOf(channel);
    });
  }

  /**
   * Notes whether the messenger still takes our credentials; `detail` is a sentence for people, free of secrets.
   * Recorded as an event when it changes something.
   */
  async markHealth(
    tx: Tx,
    channelId: string,
    health: 'ok' | 'needs_reauthorization',
    detail: string | null = null,
  ): Promise<void> {
    const before = await this.channels.lock(tx, channelId);
    if (!before || before.health === 'connecting') return;
    await this.note(tx, before, health, detail);
  }

  /** What the messenger told about the account itself. Credentials it takes no more weigh heavier and stay named. */
  async markRestriction(tx: Tx, channelId: string, { what, sentence }: AccountEvent): Promise<void> {
    const before = await this.channels.lock(tx, channelId);
    if (!before || before.health === 'connecting' || before.health === 'needs_reauthorization') return;
    const health = { restricted: 'restricted', warned: before.health, unrestricted: 'ok' } as const;
    await this.note(tx, before, health[what], what === 'unrestricted' ? null : sentence);
  }

  /** The messenger refused the credentials of `account`: nothing to note when the channel has others by now. */
  async markRevoked(tx: Tx, account: ChannelAccount, detail: string): Promise<void> {
    const channel = await this.channels.lock(tx, account.channelId);
    if (!channel || !isDeepStrictEqual(this.accountOf(channel).credentials, account.credentials)) return;
    await this.markHealth(tx, account.channelId, 'needs_reauthorization', detail);
  }

  /** A call came under the webhook secret that is on its way out; the doctor says so. Never fails, costs nothing most times. */
  noteReplacedUse(channelId: string): void {
    const now = performance.now();
    if ((this.notedUntil.get(channelId) ?? 0) > now) return;
    this.notedUntil.set(channelId, now + NOTED_EVERY_MS);
    this.channels.noteReplacedUse(channelId).catch((error: Error) => this.logger.warn(`Not noted: ${error.name}`));
  }

  /** Active channels whose messenger is asked for events instead of calling us. */
  polled(): Promise<PolledChannel[]> {
    return this.channels.polled();
  }

  /** Somebody else receives what the channel is asked for; said until `endConflict`. */
  async markConflict(tx: Tx, channelId: string, detail: string): Promise<void> {
    const before = await this.channels.lock(tx, channelId);
    if (before?.delivery !== 'polling' || !PASSING.has(before.health)) return;
    await this.note(tx, before, 'conflict', detail);
  }

  async endConflict(tx: Tx, channelId: string): Promise<void> {
    const before = await this.channels.lock(tx, channelId);
    if (before?.health === 'conflict') await this.note(tx, before, 'ok', null);
  }

  /** Called after a change on this node, so that it is seen here at once; other nodes see it within 2 s. */
  forget(): void {
    this.entrances.clear();
    this.accounts.clear();
    this.receiving.forget();
  }

  private async note(tx: Tx, before: Channel, health: ChannelHealth, healthDetail: string | null): Promise<void> {
    if (before.health === health && before.healthDetail === healthDetail) return;
    const channel = await this.channels.change(tx, before.id, { health, healthDetail });
    await this.events.record(tx, [channelEvent('channel.health_changed', channel)]);
  }

  private async entranceOf(messenger: string, key: string): Promise<WebhookEntrance | undefined> {
    const registration = this.messengers.get(messenger)?.registration;
    if (!registration || !KEY.test(key)) return undefined;
    if (registration.callback === 'channel') return this.entranceOfChannel(messenger, key);
    const ours = isSame(key, await this.addresses.appKey(messenger));
    return ours ? appEntrance(registration.appSecrets?.() ?? { signing: [] }) : undefined;
  }

  private async entranceOfChannel(messenger: string, key: string): Promise<WebhookEntrance | undefined> {
    const channel = await this.channels.byWebhookKey(messenger, key);
    if (!channel) return undefined;
    const account = this.accountOf(channel);
    const { nextWebhookSecret, previousWebhookSecret } = account.credentials;
    const { nextAloneUntil = '' } = this.secrets.open(channel);
    const isAlone = nextWebhookSecret !== undefined && nextAloneUntil > new Date().toISOString();
    const signing = webhookSecretsOf(account.credentials);
    const entrance = { account, secrets: { signing }, ...(isAlone && { trial: { signing: [nextWebhookSecret] } }) };
    if (previousWebhookSecret === undefined) return entrance;
    const staying = signing.filter((secret) => secret !== previousWebhookSecret);
    return { ...entrance, staying: { signing: staying } };
  }

  private accountOf(channel: Channel): ChannelAccount {
    const { id, messenger, source, replacedUntil } = channel;
    const { previousWebhookSecret, nextAloneUntil: _a, nextOvertaken: _o, ...credentials } = this.secrets.open(channel);
    const isGood = previousWebhookSecret !== undefined && replacedUntil !== null && replacedUntil > new Date();
    return {
      channelId: id,
      messenger,
      source,
      credentials: isGood ? { ...credentials, previousWebhookSecret } : credentials,
    };
  }
}

/** Of several secrets all but those that stay are on their way out. */
function appEntrance(secrets: WebhookSecrets): WebhookEntrance {
  const { signing, staying = 1 } = secrets;
  if (signing.length <= staying) return { secrets };
  return { secrets, staying: { ...secrets, signing: signing.slice(0, staying) } };
}

/** In constant time; the length of a key is no secret. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
