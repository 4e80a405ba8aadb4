import { Injectable } from '@nestjs/common';
import { ProfileSource } from '#contacts';
import { inTime, MessengerRegistry, type Profile, type Recipient } from '#messenger-kit';
import { Channels } from '#registration';

/** A messenger is asked about so many at once by one job; several jobs may ask. */
const AT_ONCE = 4;
/** For one of them; longer than the calls it takes. */
const PATIENCE_MS = 60_000;

/** Asks the channel's messenger who people are. */
@Injectable()
export class MessengerProfiles extends ProfileSource {
  constructor(
    private readonly channels: Channels,
    private readonly messengers: MessengerRegistry,
  ) {
    super();
  }

  async read(channelId: string, people: readonly Recipient[]): Promise<PromiseSettledResult<Profile | undefined>[]> {
    const account = await this.channels.account(channelId);
    const reader = this.messengers.get(account.messenger)?.profile;
    if (!reader) return people.map(() => ({ status: 'fulfilled', value: undefined }));
    const profiles: PromiseSettledResult<Profile | undefined>[] = [];
    for (let from = 0; from < people.length; from += AT_ONCE) {
      const some = people.slice(from, from + AT_ONCE);
      profiles.push(
        ...(await Promise.allSettled(some.map((person) => inTime(reader.read(account, person), PATIENCE_MS)))),
      );
    }
    return profiles;
  }
}
