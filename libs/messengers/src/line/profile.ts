import { cleanName, textOf } from '#messenger-kit';
import type { ChannelAccount, Profile, ProfileReader, Recipient } from '#messenger-kit';
import type { LineApi } from './line-api.js';

/** https://developers.line.biz/en/reference/messaging-api/#get-profile; of who blocked the account, or never added it, LINE tells nothing. A token that died may be replaced. */
export class LineProfile implements ProfileReader {
  constructor(private readonly api: LineApi) {}

  async read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined> {
    const token = account.credentials['channelAccessToken'] ?? '';
    const answer = await this.api.call({ method: 'GET', path: `profile/${person.externalId}`, token });
    if (answer.kind === 'error' && answer.status < 429 && answer.status !== 401) return undefined;
    if (answer.kind !== 'ok') throw new Error('LINE did not tell the profile; it may later');
    const name = cleanName(textOf(answer.body['displayName']));
    return name === undefined ? undefined : { name };
  }
}
