import { at, cleanName, textOf } from '#messenger-kit';
import type { ChannelAccount, Profile, ProfileReader, Recipient } from '#messenger-kit';
import { verdictOf } from './errors.js';
import type { ViberApi } from './viber-api.js';

/** Told twice in twelve hours of one person, and then not for the rest of them. */
const ASKED_TOO_OFTEN = '12';

/** The name comes with every message unless the person hides it. */
export class ViberProfile implements ProfileReader {
  constructor(private readonly api: ViberApi) {}

  /** https://developers.viber.com/docs/api/rest-bot-api/#get-user-details */
  async read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined> {
    const token = account.credentials['authToken'] ?? '';
    const body = { id: person.externalId };
    const answer = await this.api.call({ token, method: 'get_user_details', body });
    if (answer.kind === 'ok') {
      const name = cleanName(textOf(at(answer.body, 'user', 'name')));
      return name === undefined ? undefined : { name };
    }
    const verdict = verdictOf(answer);
    const isFinal = verdict.kind === 'rejected' && verdict.class !== 'retryAfter' && verdict.class !== 'reauthorize';
    if (isFinal || (verdict.kind === 'rejected' && verdict.code === ASKED_TOO_OFTEN)) return undefined;
    throw new Error('Viber did not tell the profile; it may later');
  }
}
