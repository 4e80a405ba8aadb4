import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { GRAPH_URL, GRAPH_VERSION, GraphApi } from '../meta/graph-api.js';
import { SignedMedia } from '../meta/messaging/media.js';
import { metaAppOf } from '../meta/meta-app.js';
import { Usage } from '../meta/usage.js';
import { FacebookHistory } from './history.js';
import { FacebookIncome } from './income.js';
import { FacebookOutcome } from './outcome.js';
import { FacebookProfile } from './profile.js';
import { FacebookRegistration } from './registration.js';
import { FacebookSignIn } from './sign-in.js';

const WEBSITE = 'https://www.facebook.com';

/**
 * Facebook Messenger, through Pages. Settings: `graphUrl`, `graphVersion`, `dialogUrl`, `appId`, `appSecret` (the newest
 * first, with blanks between them), `verifyToken`, `businessPages` (`on`: sign-in shows Pages of Business portfolios), and `humanAgentTag` (`on` where Meta has granted our
 * app the Human Agent feature).
 */
export class FacebookMessenger implements Messenger {
  readonly income: FacebookIncome;
  readonly outcome: FacebookOutcome;
  readonly registration: FacebookRegistration;
  readonly signIn: FacebookSignIn;
  readonly profile: FacebookProfile;
  readonly media: SignedMedia;
  readonly history: FacebookHistory;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const { graphUrl, graphVersion, humanAgentTag } = settings;
    const app = metaAppOf(settings);
    const version = graphVersion || GRAPH_VERSION;
    const graph = { url: graphUrl || GRAPH_URL, version, appSecret: app.secret };
    const api = new GraphApi(http, graph, new Usage('Facebook', 'Page'));
    const website = (settings['dialogUrl'] || WEBSITE).replace(/\/+$/, '');
    this.income = new FacebookIncome(app.id);
    this.outcome = new FacebookOutcome(api, humanAgentTag === 'on');
    this.registration = new FacebookRegistration(api, app);
    const businessPages = settings['businessPages'] === 'on';
    this.signIn = new FacebookSignIn(api, app, { base: `${website}/${version}`, businessPages });
    this.profile = new FacebookProfile(api);
    this.media = new SignedMedia(http, 'Facebook');
    this.history = new FacebookHistory(api);
  }
}
