import { Injectable } from '@nestjs/common';
import { KeyRing } from '#database';
import type { Channel } from './channel.entity.js';

type Fields = Readonly<Record<string, string>>;

/**
 * A channel's credentials at rest: each field sealed by itself with the channel's id and the field's name as additional
 * data, so that no sealed value can be moved to another row or field.
 */
@Injectable()
export class ChannelSecrets {
  constructor(private readonly keys: KeyRing) {}

  /** Fields without a value are left out. */
  seal(channelId: string, fields: Readonly<Record<string, string | undefined>>): Fields {
    return mapFields(fields, (name, value) => this.keys.encryptText(value, place(channelId, name)));
  }

  open(channel: Pick<Channel, 'id' | 'secrets'>): Fields {
    return mapFields(channel.secrets, (name, sealed) => this.keys.decryptText(sealed, place(channel.id, name)));
  }
}

function place(channelId: string, field: string): string {
  return `channels/${channelId}/${field}`;
}

function mapFields(
  fields: Readonly<Record<string, string | undefined>>,
  change: (name: string, value: string) => string,
): Fields {
  const present = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, change(name, value)]));
}
