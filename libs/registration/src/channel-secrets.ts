import { Injectable } from '@nestjs/common';
import { KeyRing } from '#database';
import type { Channel } from './channel.entity.js';
import { openFields, sealFields, type SealedFields } from './sealed-fields.js';

export const placeOfSecrets = (channelId: string) => `channels/${channelId}`;

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
