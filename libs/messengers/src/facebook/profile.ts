import { at, cleanName, textOf } from '#messenger-kit';
import type { ChannelAccount, Profile, ProfileReader, Recipient } from '#messenger-kit';
import { MEANINGS } from './errors.js';
import type { GraphApi } from '../meta/graph-api.js';

/** https://developers.facebook.com/docs/messenger-platform/identity/user-profile. Being refused is normal. */
export class FacebookProfile implements ProfileReader {
  constructor(private readonly api: GraphApi) {}

  async read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined> {
    const answer = await this.api.call({
      method: 'GET',
      path: person.externalId,
      token: account.credentials['pageToken'] ?? '',
      query: { fields: 'first_name,last_name,name' },
    });
    if (answer.kind === 'ok') return profileOf(answer.body);
    const verdict = MEANINGS.verdictOf(answer);
    const isFinal = verdict.kind === 'rejected' && verdict.class !== 'retryAfter' && verdict.class !== 'reauthorize';
    if (isFinal) return undefined;
    throw new Error('Facebook did not tell the profile; it may later');
  }
}

function profileOf(body: unknown): Profile | undefined {
  const name =
    cleanName(textOf(at(body, 'name'))) ?? cleanName(textOf(at(body, 'first_name')), textOf(at(body, 'last_name')));
  return name === undefined ? undefined : { name };
}
