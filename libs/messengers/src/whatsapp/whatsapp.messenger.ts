import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { GRAPH_URL, GRAPH_VERSION, GraphApi } from '../meta/graph-api.js';
import { metaAppOf } from '../meta/meta-app.js';
import { Usage } from '../meta/usage.js';
import { WhatsAppIncome } from './income.js';
import { WhatsAppMedia } from './media.js';
import { WhatsAppOutcome } from './outcome.js';
import { WhatsAppRegistration } from './registration.js';

/**
 * WhatsApp, through the Cloud API: one channel for each number. Settings, the same as Facebook's: `graphUrl`, `graphVersion`,
 * `appId`, `appSecret` (the newest first, with blanks between them), `verifyToken`.
 */
export class WhatsAppMessenger implements Messenger {
  readonly income = new WhatsAppIncome();
  readonly outcome: WhatsAppOutcome;
  readonly registration: WhatsAppRegistration;
  readonly media: WhatsAppMedia;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const url = settings['graphUrl'] || GRAPH_URL;
    const app = metaAppOf(settings);
    const graph = { url, version: settings['graphVersion'] || GRAPH_VERSION, appSecret: app.secret };
    const api = new GraphApi(http, graph, new Usage('WhatsApp', 'WhatsApp account'));
    this.outcome = new WhatsAppOutcome(api);
    this.registration = new WhatsAppRegistration(api, app);
    this.media = new WhatsAppMedia(api, http, url);
  }
}
