import { at, cleanName, textOf } from '#messenger-kit';
import type { ChannelAccount, Profile, ProfileReader, Recipient } from '#messenger-kit';
import type { GraphApi } from '../meta/graph-api.js';
import { MEANINGS } from './errors.js';

/** https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/user-profile. Being refused is normal. */
export class InstagramProfile implements ProfileReader {
  constructor(private readonly api: GraphApi) {}

  async read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined> {
    const answer = await this.api.call({
      method: 'GET',
      path: person.externalId,
      token: account.credentials['accessToken'] ?? '',
      query: { fields: 'name,username' },
    });
    if (answer.kind === 'ok') {
      const name = cleanName(textOf(at(answer.body, 'name'))) ?? cleanName(textOf(at(answer.body, 'username')));
      return name === undefined ? undefined : { name };
    }
    const verdict = MEANINGS.verdictOf(answer);
    const isFinal = verdict.kind === 'rejected' && verdict.class !== 'retryAfter' && verdict.class !== 'reauthorize';
    if (isFinal) return undefined;
    throw new Error('Instagram did not tell the profile; it may later');
  }
}
