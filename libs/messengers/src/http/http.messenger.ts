import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { HttpIncome } from './income.js';
import { Integrator } from './integrator.js';
import { HttpMedia } from './media.js';
import { HttpOutcome } from './outcome.js';
import { HttpRegistration } from './registration.js';

/** Any system that speaks HTTP. Settings: `allowedOrigins`, with blanks between them. */
export class HttpMessenger implements Messenger {
  readonly income = new HttpIncome();
  readonly outcome: HttpOutcome;
  readonly registration: HttpRegistration;
  readonly media: HttpMedia;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const origins = (settings['allowedOrigins'] ?? '').split(/\s+/).filter((text) => URL.canParse(text));
    this.outcome = new HttpOutcome(new Integrator(http));
    this.registration = new HttpRegistration(new Set(origins.map((text) => new URL(text).origin)));
    this.media = new HttpMedia(http);
  }
}
