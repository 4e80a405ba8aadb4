import { at, cleanName, textOf } from '#messenger-kit';
import type { ChannelAccount, Profile, ProfileReader, Recipient } from '#messenger-kit';
import type { BotApi } from './bot-api.js';

/** The name comes with every message; this is for people known by id alone. */
export class TelegramProfile implements ProfileReader {
  constructor(private readonly api: BotApi) {}

  async read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined> {
    const token = account.credentials['botToken'] ?? '';
    const answer = await this.api.call({ token, method: 'getChat', parameters: { chat_id: person.externalId } });
    // A token that died may be replaced.
    if (answer.kind === 'error' && answer.code < 429 && answer.code !== 401) return undefined;
    if (answer.kind !== 'ok') throw new Error('Telegram did not tell the profile; it may later');
    const name =
      cleanName(textOf(at(answer.result, 'first_name')), textOf(at(answer.result, 'last_name'))) ??
      cleanName(textOf(at(answer.result, 'username')));
    return name === undefined ? undefined : { name };
  }
}
