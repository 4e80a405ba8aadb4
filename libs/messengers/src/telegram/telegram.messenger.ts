import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { BotApi, TELEGRAM } from './bot-api.js';
import { TelegramIncome } from './income.js';
import { TelegramMedia } from './media.js';
import { TelegramOutcome } from './outcome.js';
import { TelegramPoller } from './poller.js';
import { TelegramProfile } from './profile.js';
import { TelegramRegistration } from './registration.js';

/** Telegram, through a bot. Settings: `apiUrl`. */
export class TelegramMessenger implements Messenger {
  readonly income = new TelegramIncome();
  readonly outcome: TelegramOutcome;
  readonly registration: TelegramRegistration;
  readonly profile: TelegramProfile;
  readonly media: TelegramMedia;
  readonly poller: TelegramPoller;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const api = new BotApi(http, settings['apiUrl'] || TELEGRAM);
    this.outcome = new TelegramOutcome(api);
    this.registration = new TelegramRegistration(api);
    this.profile = new TelegramProfile(api);
    this.media = new TelegramMedia(api);
    this.poller = new TelegramPoller(api);
  }
}
