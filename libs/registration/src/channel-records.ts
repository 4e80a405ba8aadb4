import { Injectable } from '@nestjs/common';
import type { Answer } from '#api-kit';
import { newId, type Tx } from '#database';
import { EventLog } from '#events';
import { audit } from '#identity';
import type { ConnectRequest, MessengerRegistrationWorker } from '#messenger-kit';
import { channelEvent, stateOf, type ChannelEventType } from './channel-event.js';
import type { ChannelOrder } from './channel-order.js';
import { ChannelSecrets, credentialsIn } from './channel-secrets.js';
import { ChannelViews } from './channel-view.js';
import type { Channel } from './channel.entity.js';
import { ChannelRepository } from './channel.repository.js';
import type { RegisteredChannel } from './channels.dto.js';
import type { Connected, Pictured } from './network.js';
import { ChannelPictures } from './ports.js';
import { newWebhookKey, newWebhookSecret } from './webhook-addresses.js';

/** For so long a network may take to be connected. */
const ALONE_MS = 2 * 60_000;

/** A channel on its way to be connected, or to be connected again. */
export interface ChannelDraft extends Pick<Channel, 'id' | 'messenger' | 'source' | 'webhookKey'> {
  readonly webhookSecret: string;
  /** `network`: its own, which came with the credentials and replaces what was there. */
  readonly secretOf: 'us' | 'network';
  /** Whether this registration made it. */
  readonly isNew: boolean;
  /** What was kept of the account before. */
  readonly known?: ConnectRequest['known'];
}

/** The channel's row went, or its webhook secret was changed, while it was being connected. */
export class ChannelAbandonedError extends Error {}

/**
 * What a registration writes down, and when: before the messenger is connected a row that says `connecting` and already
 * knows its webhook key and secret, so that nothing the messenger delivers is lost; afterwards the truth.
 */
@Injectable()
export class ChannelRecords {
  constructor(
    private readonly channels: ChannelRepository,
    private readonly secrets: ChannelSecrets,
    private readonly events: EventLog,
    private readonly views: ChannelViews,
    private readonly pictures: ChannelPictures,
  ) {}

  /** One row per account, whoever comes first. Undefined when the first one gave up just now. */
  async open(
    order: ChannelOrder,
    account: Connected,
    worker: Pick<MessengerRegistrationWorker, 'callback' | 'signingCredential'>,
  ): Promise<ChannelDraft | undefined> {
    const id = newId();
    const given = givenSecret(worker, account);
    const secretOf = given === undefined ? 'us' : 'network';
    const webhookSecret = given ?? newWebhookSecret();
    const added = await this.channels.addOnce({
      id,
      messenger: order.messenger,
      source: account.source,
      name: order.name ?? account.name,
      queueId: order.queueId,
      language: order.language,
      webhookKey: worker.callback === 'channel' ? newWebhookKey() : null,
      secrets: this.secrets.seal(id, { ...account.credentials, webhookSecret }),
    });
    if (added) return { ...added, webhookSecret, secretOf, isNew: true };
    const existing = await this.channels.bySource(order.messenger, account.source);
    if (!existing) return undefined;
    const known = credentialsIn(this.secrets.open(existing));
    return { ...existing, webhookSecret: given ?? this.secretOf(existing), secretOf, isNew: false, known };
  }

  /**
   * From now on calls are taken under the network's new secret, too, and what only tries the address under that alone, so that
   * nothing else can prove it while the network is connected. Whether it is a new one.
   */
  async announceSecret(tx: Tx, { id, webhookSecret: next }: ChannelDraft): Promise<boolean> {
    const channel = await this.channels.lock(tx, id);
    if (!channel) throw new ChannelAbandonedError();
    const known = this.secrets.open(channel);
    if (known.webhookSecret === next) return false;
    const nextAloneUntil = new Date(Date.now() + ALONE_MS).toISOString();
    const secrets = this.secrets.seal(id, { ...known, nextWebhookSecret: next, nextAloneUntil });
    await this.channels.change(tx, id, { secrets });
    return true;
  }

  /** Calls under a secret with which nothing was connected are taken no more. */
  async withdrawSecret(tx: Tx, { id, webhookSecret: next }: ChannelDraft): Promise<void> {
    const channel = await this.channels.lock(tx, id);
    if (!channel) return;
    const { nextWebhookSecret, nextAloneUntil: _, ...others } = this.secrets.open(channel);
    if (nextWebhookSecret === next) await this.channels.change(tx, id, { secrets: this.secrets.seal(id, others) });
  }

  /**
   * Notes that the channel is connected: 201 for the registration that is the first to say so, 200 for all others. Only the
   * first is shown the secrets made up for the other side.
   */
  async complete(
    tx: Tx,
    draft: ChannelDraft,
    connected: Pictured,
    order: ChannelOrder,
  ): Promise<Answer<RegisteredChannel>> {
    const { id } = draft;
    const before = await this.channels.lock(tx, id);
    if (!before) throw new ChannelAbandonedError();
    const channel = await this.channels.change(tx, id, {
      name: order.name ?? before.name,
      queueId: order.queueId,
      language: order.language ?? before.language,
      active: true,
      health: 'ok',
      healthDetail: null,
      delivery: connected.delivery ?? 'webhook',
      secrets: this.secrets.seal(id, { ...connected.credentials, ...this.webhookSecretsOf(before, draft) }),
      ...(await this.pictured(tx, before, connected)),
    });
    await this.events.record(tx, [channelEvent(newsOf(before), channel)]);
    const isFirst = before.health === 'connecting';
    const action = isFirst ? 'channel.registered' : 'channel.repaired';
    await audit(tx, { action, subjectId: id, after: stateOf(channel) });
    const secrets = (isFirst && connected.reveal) || null;
    const outcome = isFirst ? ('connected' as const) : ('repaired' as const);
    const body = { ...(await this.views.one(tx, channel)), outcome, secrets };
    return { status: isFirst ? 201 : 200, body, ...(secrets && { shownOnce: true }) };
  }

  /** A picture that is another one, or did not arrive, is fetched; one that could not be told stays as it is. */
  private async pictured(tx: Tx, before: Channel, { picture }: Pictured) {
    const { pictureId, pictureVersion } = before;
    if (!picture) return {};
    const isThere = pictureId !== null && (await this.pictures.paths(tx, [pictureId])).has(pictureId);
    if (isThere && picture.version === pictureVersion) return {};
    if (pictureId) await this.pictures.discard(tx, pictureId);
    return { pictureId: await this.pictures.expect(tx, before, picture), pictureVersion: picture.version };
  }

  /** Takes back a channel that did not come about. False where it did, by another registration, or took a chat meanwhile. */
  abandon(id: string): Promise<boolean> {
    return this.channels.abandon(id);
  }

  private webhookSecretsOf(now: Channel, draft: ChannelDraft): Parameters<ChannelSecrets['seal']>[1] {
    if (draft.secretOf === 'network') return { webhookSecret: draft.webhookSecret };
    const { webhookSecret, previousWebhookSecret, nextWebhookSecret } = this.secrets.open(now);
    if (webhookSecret !== draft.webhookSecret) throw new ChannelAbandonedError();
    // The messenger was told the present one, before or after a rotation that is under way told it the next.
    const nextOvertaken = nextWebhookSecret && 'yes';
    return { webhookSecret, previousWebhookSecret, nextWebhookSecret, nextOvertaken };
  }

  private secretOf(channel: Channel): string {
    const { webhookSecret } = this.secrets.open(channel);
    if (!webhookSecret) throw new Error(`Channel ${channel.id} has no webhook secret`);
    return webhookSecret;
  }
}

/** The secret the network signs with, where it takes none of ours. */
function givenSecret(
  { signingCredential }: Pick<MessengerRegistrationWorker, 'signingCredential'>,
  { credentials }: Connected,
): string | undefined {
  if (signingCredential === undefined) return undefined;
  const secret = credentials[signingCredential];
  if (!secret) throw new Error(`The messenger did not give back the ${signingCredential} it signs with`);
  return secret;
}

function newsOf(before: Channel): ChannelEventType {
  if (before.health === 'connecting') return 'channel.registered';
  if (!before.active) return 'channel.activated';
  return before.health === 'ok' ? 'channel.changed' : 'channel.health_changed';
}
