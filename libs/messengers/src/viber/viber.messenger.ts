import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { ViberIncome } from './income.js';
import { ViberMedia } from './media.js';
import { ViberOutcome } from './outcome.js';
import { ViberProfile } from './profile.js';
import { ViberRegistration } from './registration.js';
import { VIBER, ViberApi } from './viber-api.js';

/** Viber, through a bot. Settings: `apiUrl`. */
export class ViberMessenger implements Messenger {
  readonly income = new ViberIncome();
  readonly outcome: ViberOutcome;
  readonly registration: ViberRegistration;
  readonly profile: ViberProfile;
  readonly media: ViberMedia;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const apiUrl = settings['apiUrl'] || VIBER;
    const api = new ViberApi(http, apiUrl);
    this.outcome = new ViberOutcome(api);
    this.registration = new ViberRegistration(api);
    this.profile = new ViberProfile(api);
    this.media = new ViberMedia(http, apiUrl);
  }
}
