import { Injectable } from '@nestjs/common';
import { ProfileSource } from '#contacts';
import { MessengerRegistry, type Profile, type Recipient } from '#messenger-kit';
import { Channels } from '#registration';

/** Asks the channel's messenger who somebody is. */
@Injectable()
export class MessengerProfiles extends ProfileSource {
  constructor(
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
  ) {
    super();
  }

  async read(channelId: string, person: Recipient): Promise<Profile | undefined> {
    const account = await this.channels.account(channelId);
    return this.messengers.get(account.messenger)?.profile?.read(account, person);
  }
}
