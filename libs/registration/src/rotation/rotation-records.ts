import { Injectable } from '@nestjs/common';
import { type Answer, Problem } from '#api-kit';
import type { Tx } from '#database';
import { EventLog } from '#events';
import { audit } from '#identity';
import { type MessengerRegistrationWorker, MessengerRegistry } from '#messenger-kit';
import { channelEvent } from '../channel-event.js';
import { ChannelSecrets } from '../channel-secrets.js';
import { ChannelViews, replacedUntilOf } from '../channel-view.js';
import type { Channel } from '../channel.entity.js';
import { ChannelRepository } from '../channel.repository.js';
import type { Connected } from '../network.js';
import { newWebhookSecret } from '../webhook-addresses.js';
import type { RotatedChannel } from './rotation.dto.js';

/** A channel that is about to have another webhook secret. */
export interface Rotating {
  readonly channel: Channel;
  readonly next: string;
  readonly credentials: Readonly<Record<string, string>>;
}

/** What a rotation writes down, and when: first a secret that is taken besides the old one, at last which one is whose heir. */
@Injectable()
export class RotationRecords {
  constructor(
    private readonly channels: ChannelRepository,
    private readonly secrets: ChannelSecrets,
    private readonly events: EventLog,
    private readonly views: ChannelViews,
    private readonly messengers: MessengerRegistry,
  ) {}

  /** From now on calls under the next secret are taken. One that was cut short is taken up again. */
  async begin(tx: Tx, channelId: string): Promise<Rotating> {
    const channel = await this.channels.lock(tx, channelId);
    if (!channel) throw Problem.notFound('channel');
    refuseWithoutSecret(channel, this.messengers.require(channel.messenger).registration);
    const {
      nextWebhookSecret: next = newWebhookSecret(),
      nextOvertaken: _,
      ...credentials
    } = this.secrets.open(channel);
    const secrets = this.secrets.seal(channelId, { ...credentials, nextWebhookSecret: next });
    await this.channels.change(tx, channelId, { secrets });
    return { channel, next, credentials };
  }

  /** The other side has the next secret, or gets it by this answer. */
  async complete(
    tx: Tx,
    { channel: { id }, next }: Rotating,
    { delivery = 'webhook', reveal }: Connected,
    hours: number,
  ): Promise<Answer<RotatedChannel>> {
    const now = await this.channels.lock(tx, id);
    if (!now) throw Problem.notFound('channel');
    const secrets = this.secrets.open(now);
    const { nextWebhookSecret, nextOvertaken, webhookSecret, previousWebhookSecret: _, ...credentials } = secrets;
    if (nextWebhookSecret !== next || nextOvertaken !== undefined) {
      const sentence =
        'Somebody else registered this channel again, or gave it a new secret, at the same moment. Try again.';
      throw Problem.conflict('rotation_overtaken', sentence);
    }
    const previousWebhookSecret = hours > 0 ? webhookSecret : undefined;
    const sealed = this.secrets.seal(id, { ...credentials, webhookSecret: next, previousWebhookSecret });
    await this.channels.change(tx, id, { delivery });
    const channel = await this.channels.rotate(tx, id, sealed, hours);
    await this.events.record(tx, [channelEvent('channel.changed', channel)]);
    const after = { replacedSecretUntil: replacedUntilOf(channel) };
    await audit(tx, { action: 'channel.secret_rotated', subjectId: id, after });
    const body = { ...(await this.views.one(tx, channel)), secrets: reveal ?? null };
    return { status: 200, body, ...(reveal && { shownOnce: true }) };
  }
}

function refuseWithoutSecret(
  { health, delivery, webhookKey }: Channel,
  { signingCredential }: MessengerRegistrationWorker,
): void {
  if (health === 'connecting') {
    throw Problem.conflict('not_connected', 'This channel was never connected. Register it again to finish it.');
  }
  if (webhookKey === null) {
    const sentence =
      'The webhooks of this messenger are signed with one secret for all channels, which the settings hold.';
    throw Problem.conflict('secret_in_settings', sentence);
  }
  if (signingCredential !== undefined) {
    const sentence = `This messenger signs its webhooks with the channel’s ${signingCredential}. Have a new one made there, and register the channel again with it.`;
    throw Problem.conflict('secret_of_messenger', sentence);
  }
  if (delivery === 'polling') {
    throw Problem.conflict('not_called', 'This server asks the messenger for events: there is no secret to change.');
  }
}
