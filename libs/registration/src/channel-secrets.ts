import { Injectable } from '@nestjs/common';
import { KeyRing } from '#database';
import type { Channel } from './channel.entity.js';
import { openFields, sealFields, type SealedFields } from './sealed-fields.js';

export const placeOfSecrets = (channelId: string) => `channels/${channelId}`;

/** What the messenger's worker gave, without the webhook secrets, which have a life of their own. */
export function credentialsIn(fields: SealedFields): SealedFields {
  const {
    webhookSecret: _now,
    previousWebhookSecret: _before,
    nextWebhookSecret: _next,
    nextAloneUntil: _until,
    nextOvertaken: _overtaken,
    ...credentials
  } = fields;
  return credentials;
}

/** A channel's credentials at rest. */
@Injectable()
export class ChannelSecrets {
  constructor(private readonly keys: KeyRing) {}

  /** Fields without a value are left out. */
  seal(channelId: string, fields: Readonly<Record<string, string | undefined>>): SealedFields {
    return sealFields(this.keys, placeOfSecrets(channelId), fields);
  }

  open(channel: Pick<Channel, 'id' | 'secrets'>): SealedFields {
    return openFields(this.keys, placeOfSecrets(channel.id), channel.secrets);
  }
}
