import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { BotApi } from './bot-api.js';
import { TelegramIncome } from './income.js';
import { TelegramOutcome } from './outcome.js';
import { TelegramProfile } from './profile.js';
import { TelegramRegistration } from './registration.js';

const TELEGRAM = 'https://api.telegram.org';

/** Telegram, through a bot. Settings: `apiUrl`. */
export class TelegramMessenger implements Messenger {
  readonly income = new TelegramIncome();
  readonly outcome: TelegramOutcome;
  readonly registration: TelegramRegistration;
  readonly profile: TelegramProfile;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const api = new BotApi(http, settings['apiUrl'] || TELEGRAM);
    this.outcome = new TelegramOutcome(api);
    this.registration = new TelegramRegistration(api);
    this.profile = new TelegramProfile(api);
  }
}
