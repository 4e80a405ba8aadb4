import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { FacebookMessenger } from './facebook/facebook.messenger.js';
import { HttpMessenger } from './http/http.messenger.js';
import { InstagramMessenger } from './instagram/instagram.messenger.js';
import { LineMessenger } from './line/line.messenger.js';
import { TelegramMessenger } from './telegram/telegram.messenger.js';
import { ViberMessenger } from './viber/viber.messenger.js';
import { WhatsAppMessenger } from './whatsapp/whatsapp.messenger.js';

type MessengerClass = new (settings: MessengerSettings[string], http: GuardedHttp) => Messenger;

/** The list. Adding a messenger = a folder beside these and one line here. */
export const messengers = {
  facebook: FacebookMessenger,
  http: HttpMessenger,
  instagram: InstagramMessenger,
  line: LineMessenger,
  telegram: TelegramMessenger,
  viber: ViberMessenger,
  whatsapp: WhatsAppMessenger,
} satisfies Record<string, MessengerClass>;
