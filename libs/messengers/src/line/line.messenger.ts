import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { LineIncome } from './income.js';
import { LINE, LINE_DATA, LineApi } from './line-api.js';
import { LineMedia } from './media.js';
import { LineOutcome } from './outcome.js';
import { LineProfile } from './profile.js';
import { LineRegistration } from './registration.js';

/** LINE, through an official account's Messaging API channel. Settings: `apiUrl`, `dataUrl`. */
export class LineMessenger implements Messenger {
  readonly income = new LineIncome();
  readonly outcome: LineOutcome;
  readonly registration: LineRegistration;
  readonly profile: LineProfile;
  readonly media: LineMedia;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const api = new LineApi(http, settings['apiUrl'] || LINE, settings['dataUrl'] || LINE_DATA);
    this.outcome = new LineOutcome(api);
    this.registration = new LineRegistration(api);
    this.profile = new LineProfile(api);
    this.media = new LineMedia(api);
  }
}
